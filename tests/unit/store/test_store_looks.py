"""What came and went since a person looked last."""

from lib.store import Store, looks
from tests.unit.store.making import Clock


def test_each_person_has_a_last_look_at_each_profile(store: Store, clock: Clock) -> None:
    looks.save(store, "live", "ada", {"a": "A"})
    looks.save(store, "live", "bob", {"b": "B"})
    looks.save(store, "sandbox", "ada", {})
    clock.move(hours=1)
    looks.save(store, "live", "ada", {"a": "A", "c": "C"})
    adas, bobs = looks.load(store, "live", "ada"), looks.load(store, "live", "bob")
    assert adas
    assert bobs
    assert (adas.models, adas.at) == ({"a": "A", "c": "C"}, clock.at)
    assert bobs.models == {"b": "B"}
    assert looks.load(store, "sandbox", "bob") is None


def test_what_came_and_what_went_are_told_by_name(store: Store) -> None:
    looks.save(store, "live", "ada", {"old": "Old one", "kept": "Kept"})
    now = {"kept": "Kept, renamed", "z": "Zebra", "a": "Ant"}
    assert looks.news(looks.load(store, "live", "ada"), now) == (["Ant", "Zebra"], ["Old one"])


def test_nothing_is_news_at_the_first_look() -> None:
    assert looks.news(None, {"a": "A"}) == ([], [])
