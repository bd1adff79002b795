"""Whose attempts to sign in are counted together, when a proxy stands before the playground."""

import pytest

from lib.people import who


@pytest.mark.parametrize(
    ("peer", "forwarded", "known"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        (None, None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        # Whatever a browser claims stands before what the proxy saw.
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, ", "127.0.0.1"),
        ("not an address", "203.0.113.9", "not an address"),
        # Not from a proxy of ours: a new address for every attempt would be no limit.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_only_a_proxy_on_this_machine_is_believed(
    peer: str | None, forwarded: str | None, known: str
) -> None:
    assert who.address(peer, forwarded) == known
