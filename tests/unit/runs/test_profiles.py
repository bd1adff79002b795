"""From where a profile's results may come without TLS, or from this machine."""

import pytest

from lib.runs.profiles import Address


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8787", "http://localhost:8787/", "http://[::1]:8787", "http://LOCALHOST"],
)
def test_a_deapi_on_this_machine_gives_results_from_there(url: str) -> None:
    address = Address("sandbox", url, "key")
    assert address.own_origins == {url.rstrip("/")}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.deapi.ai",
        "http://api.deapi.ai",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.1@deapi.ai",
        "http://10.0.0.7:8787",
        "http://0.0.0.0:8787",
    ],
)
def test_one_elsewhere_gets_no_exception(url: str) -> None:
    assert Address("live", url, "key").own_origins == frozenset()
