"""What a session's client hands out is its person's own, whatever run a page hands in."""

from collections.abc import Callable
from typing import Any

import pytest

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people.who import LOCAL, Person
from lib.store import ResultFile, Role, Run, files, runs
from lib.ui import session
from lib.ui.session import Client
from tests.support.media import put
from tests.support.pages import Playing, given

FILE = ResultFile(n=0, name="result.txt", media_type="text/plain", size=6, sha256="0" * 64)


@pytest.fixture
def client(place: Playing) -> Client:
    return session.Client(place.engine, None, Person(LOCAL, Role.MEMBER))


@pytest.fixture
def kept(place: Playing, pictures: Endpoint, model: Model) -> Callable[[str], Run]:
    """A run of somebody that has ended well, with a file."""

    def keep(person: str) -> Run:
        run = place.accepted(pictures, model, "A secret", person=person)
        put(place.store, files.result_name(run.id, FILE.name), b"secret")
        run = given(runs.settle_done(place.store, run, run.quote))
        return given(runs.keep(place.store, run, [FILE], thumb=False))

    return keep


ASKED: dict[str, Callable[[Client, Run], Any]] = {
    "evidence": lambda client, run: client.evidence(run.id),
    "keep_now": lambda client, run: client.keep_now(run.id),
    "stand_in": lambda client, run: client.stand_in(run.id),
    "text": lambda client, run: client.text(run.id, FILE),
    "content": lambda client, run: client.content(run.id, FILE),
    "preview": lambda client, run: client.preview(run.id),
    "result_as_upload": lambda client, run: client.result_as_upload(run.id),
    "send_again": lambda client, run: client.send_again(run.id, nonce="n", shown=run.quote),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_run_of_somebody_else_is_as_if_it_were_not_there(
    client: Client, kept: Callable[[str], Run], asked: Callable[[Client, Run], Any]
) -> None:
    with pytest.raises(KeyError):
        asked(client, kept("ada"))


def test_of_several_runs_only_those_of_mine_are_answered(
    place: Playing, client: Client, kept: Callable[[str], Run], pictures: Endpoint, model: Model
) -> None:
    mine, hers = kept(LOCAL), kept("ada")
    assert client.results([mine.id, hers.id]) == {mine.id: [FILE]}
    assert client.text(mine.id, FILE) == "secret"
    my_lost = place.unknown(pictures, model, "Mine")
    her_lost = place.unknown(pictures, model, "Hers", person="ada")
    assert list(client.balance_says([my_lost, her_lost])) == [my_lost.id]
