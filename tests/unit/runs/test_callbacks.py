"""Addresses and secrets that follow from the run, and tokens that nobody can make up."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.runs.callbacks import PATH, Callbacks

RUN = "01a20d6d-6092-7000-a391-caa3036290c2"
OURS = Callbacks("https://localhost:8443/", b"the server's secret", None)
ACCOUNT = Callbacks("https://localhost:8443", b"the server's secret", "the account's secret")
each_endpoint = pytest.mark.parametrize("at", ENDPOINTS, ids=lambda at: at.id)


@each_endpoint
def test_a_submit_says_only_what_its_endpoint_takes_and_nothing_that_could_not_be_checked(
    at: Endpoint,
) -> None:
    without, with_account = OURS.params(RUN, at), ACCOUNT.params(RUN, at)
    if at.has("webhook_secret"):
        assert without.keys() == with_account.keys() == {"webhook_url", "webhook_secret"}
    else:
        assert without == {}
        assert with_account.keys() == ({"webhook_url"} if at.has("webhook_url") else set())


def test_six_endpoints_take_a_secret_of_their_own() -> None:
    assert sum(at.has("webhook_secret") for at in ENDPOINTS) == 6


def test_the_address_leads_back_to_the_run_and_the_secret_checks_it() -> None:
    at = next(each for each in ENDPOINTS if each.has("webhook_secret"))
    told = OURS.params(RUN, at)
    path = urlsplit(told["webhook_url"]).path
    assert path.startswith(PATH)
    assert OURS.run_id(path.removeprefix(PATH)) == RUN
    assert told["webhook_secret"] in OURS.secrets(RUN)
    assert 32 <= len(told["webhook_secret"]) <= 255
    assert len(told["webhook_url"]) <= 2048


def test_each_run_and_each_server_has_secrets_of_its_own() -> None:
    other = Callbacks("https://localhost", b"another secret", None)
    secrets = {OURS.secrets(RUN), OURS.secrets("another run"), other.secrets(RUN)}
    assert len(secrets) == 3
    assert other.run_id(OURS.token(RUN)) is None


@given(st.text(max_size=90) | st.builds(lambda end: f"{RUN}.{end}", st.text(max_size=50)))
def test_a_token_that_is_made_up_names_no_run(token: str) -> None:
    assert OURS.run_id(token) is None or token == OURS.token(RUN)
