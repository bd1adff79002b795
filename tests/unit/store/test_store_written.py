"""Whatever people, models and deAPI say is kept, on both databases alike: NUL and half characters
are left out, and of what is looked for too."""

from decimal import Decimal

import pytest

from lib.store import (
    Filters,
    Role,
    Store,
    deliveries,
    drafts,
    experiments,
    history,
    ledger,
    passwords,
    runs,
    sessions,
    users,
)
from lib.store.experiments import NewExperiment
from tests.unit.store.making import Making
from tests.unit.store.test_store_experiments import cell

ODD, KEPT = "a\0b\ud800c 🦊", "abc 🦊"


def test_a_run_says_anything(store: Store, new: Making) -> None:
    run = ledger.admit(store, new(text=ODD, params={"prompt": ODD}))
    assert (run.text, run.params) == (KEPT, {"prompt": ODD})
    assert history.page(store, Filters(profile="sandbox", text=ODD)) == [run]
    claimed = runs.claim(store, run.id, "engine")
    assert claimed
    accepted = runs.accept(store, claimed, "job")
    assert accepted
    done = runs.settle_done(store, accepted, Decimal("0.001"), result_text=ODD)
    assert done
    assert done.result_text == KEPT
    kept = runs.keep_failed(store, done, {"message": ODD}, None)
    assert kept
    assert kept.error == {"message": ODD}


def test_an_experiment_is_called_anything(store: Store) -> None:
    facts = {"profile": "sandbox", "person": "ada", "nonce": "press", "plan": {"said": ODD}}
    begun = experiments.begin(store, NewExperiment(**facts, title=ODD, cells=[cell(0)]))
    assert (begun.title, begun.plan) == (KEPT, {"said": ODD})
    experiments.wait(store, begun.id, ODD)
    found = experiments.get(store, begun.id)
    assert found
    assert found.problem == KEPT


def test_forms_and_deliveries_hold_anything(store: Store, new: Making) -> None:
    drafts.save(store, "ada", "images.generations", "m", {"prompt": ODD})
    draft = drafts.load(store, "ada", "images.generations")
    assert draft
    assert draft.values == {"prompt": ODD}
    run = ledger.admit(store, new())
    facts = {"run_id": run.id, "delivery_id": ODD, "request_id": ODD, "event": ODD}
    assert deliveries.record(store, "sandbox", **facts, body={"said": ODD})
    assert not deliveries.record(store, "sandbox", **facts, body={})
    [heard] = deliveries.latest(store, "sandbox")
    assert (heard.event, heard.body) == (KEPT, {"said": ODD})


def test_who_signs_in_says_anything(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    users.add(store, "ada", "four green kettles", Role.ADMIN)
    assert users.verify(store, "nobody\0\ud800", ODD, ODD) is None
    assert users.get(store, "a\0\ud800") is None
    sessions.begin(store, "ada", ODD, ODD)
    [there] = sessions.signed_in(store)
    assert (there.address, there.browser) == (KEPT, KEPT)
