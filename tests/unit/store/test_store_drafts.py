from lib.store import Store, catalogues, drafts
from tests.unit.store.making import Clock


def test_the_last_draft_of_each_endpoint_is_kept_for_its_person(store: Store, clock: Clock) -> None:
    drafts.save(store, "ada", "images.generations", "paint-1", {"prompt": "a fox"})
    drafts.save(store, "ada", "images.upscales", "large-1", {})
    drafts.save(store, "bob", "images.generations", "paint-1", {"prompt": "a boat"})
    clock.move(minutes=1)
    drafts.save(store, "ada", "images.generations", "paint-2", {"prompt": "two foxes"})

    draft = drafts.load(store, "ada", "images.generations")
    assert draft
    assert (draft.model, draft.values, draft.at) == (
        "paint-2",
        {"prompt": "two foxes"},
        clock.at,
    )
    bobs = drafts.load(store, "bob", "images.generations")
    assert bobs
    assert bobs.values == {"prompt": "a boat"}
    assert drafts.load(store, "bob", "images.upscales") is None


def test_each_profile_keeps_its_last_catalogue(store: Store, clock: Clock) -> None:
    assert catalogues.load(store, "live") is None
    catalogues.save(store, "live", [{"slug": "old"}], clock.at)
    catalogues.save(store, "sandbox", [], clock.at)
    clock.move(minutes=5)
    catalogues.save(store, "live", [{"slug": "new", "info": {"limits": {}}}], clock.at)
    kept = catalogues.load(store, "live")
    assert kept
    assert kept.models == [{"slug": "new", "info": {"limits": {}}}]
    assert kept.fetched_at == clock.at
