"""The library has each prompt once, is found by words and by tags, and loses nothing by mistake."""

from collections.abc import Callable
from typing import Any

import pytest

from lib.store import (
    LOCAL,
    Denied,
    Favourite,
    NewFavourite,
    Store,
    favourites,
    inherit,
    ledger,
)
from lib.store.favourites import LONGEST, LONGEST_TAG, MOST_TAGS
from tests.unit.store.making import Clock, Making

Keep = Callable[..., Favourite]


def prompt(text: str, **values: Any) -> NewFavourite:
    return NewFavourite(
        **{"person": "ada", "endpoint": "images.generations", "text": text, **values}
    )


@pytest.fixture
def keep(store: Store, clock: Clock) -> Keep:
    """Keeps one, a moment after the last one."""

    def kept(text: str, *tags: str, **values: Any) -> Favourite:
        clock.move(seconds=1)
        return favourites.keep(store, prompt(text, tags=tags, **values)).favourite

    return kept


def texts(found: list[Favourite]) -> list[str]:
    return [each.text for each in found]


def test_what_was_kept_is_read_back_as_it_was(store: Store, clock: Clock, new: Making) -> None:
    run = ledger.admit(store, new())
    wanted = prompt(" a red fox\n", avoid=" rain ", tags=("Animals", "my  fox"), run_id=run.id)
    kept = favourites.keep(store, wanted)
    assert not kept.before
    [found] = favourites.page(store)
    assert found == kept.favourite
    assert (found.text, found.avoid, found.person) == ("a red fox", "rain", "ada")
    assert (found.tags, found.run_id, found.at) == (("animals", "my fox"), run.id, clock.at)
    assert favourites.find(store, "a red fox", "rain", found.endpoint) == found


def test_the_same_prompt_is_kept_once_and_gets_the_new_tags(store: Store, keep: Keep) -> None:
    first = keep("a red fox", "animals")
    again = favourites.keep(store, prompt("a red fox ", person="bob", tags=("Red", "animals")))
    assert again.before
    assert again.favourite.tags == ("animals", "red")
    assert (again.favourite.id, again.favourite.person) == (first.id, "ada")
    assert favourites.page(store, tag="red") == [again.favourite]
    assert favourites.tags(store) == [("animals", 1), ("red", 1)]


@pytest.mark.parametrize(
    "other", [{"avoid": "rain"}, {"endpoint": "images.edits"}, {"text": "A red fox"}]
)
def test_other_words_or_another_use_are_another_prompt(
    store: Store, keep: Keep, other: dict[str, str]
) -> None:
    keep("a red fox")
    assert not favourites.keep(store, prompt(**{"text": "a red fox", **other})).before
    assert len(favourites.page(store)) == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["  Fox ", "fox", "FOX"], ("fox",)),
        (["b", "a", "", "  "], ("b", "a")),
        (["ＦＯＸ", "two\twords"], ("fox", "two words")),
        (["a\x00\x1fb"], ("a b",)),
        (["x" * LONGEST_TAG], ("x" * LONGEST_TAG,)),
    ],
)
def test_tags_are_small_trimmed_and_each_once(given: list[str], kept: tuple[str, ...]) -> None:
    assert favourites.clean(given) == kept


@pytest.mark.parametrize(
    "values",
    [
        {"text": "  \n"},
        {"text": "x" * (LONGEST + 1)},
        {"avoid": "x" * (LONGEST + 1)},
        {"tags": ("x" * (LONGEST_TAG + 1),)},
        {"tags": tuple(map(str, range(MOST_TAGS + 1)))},
    ],
)
def test_nothing_and_too_much_is_refused_with_a_sentence(
    store: Store, values: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        favourites.keep(store, prompt(**{"text": "a fox", **values}))
    assert favourites.page(store) == []


def test_keeping_again_never_makes_too_many_tags(store: Store, keep: Keep) -> None:
    keep("a fox", *map(str, range(MOST_TAGS)))
    with pytest.raises(ValueError, match="more than"):
        keep("a fox", "one more")
    [found] = favourites.page(store)
    assert len(found.tags) == MOST_TAGS


def test_the_longest_prompt_has_its_place(store: Store, keep: Keep) -> None:
    kept = keep("x" * LONGEST, avoid="y" * LONGEST)
    assert favourites.page(store) == [kept]


def test_text_that_no_database_takes_is_kept_without_it(store: Store, keep: Keep) -> None:
    assert keep("a\x00 fox\ud800").text == "a fox"
    [found] = favourites.page(store)
    assert found.text == "a fox"


def test_words_are_found_in_the_prompt_what_to_avoid_and_the_tags(store: Store, keep: Keep) -> None:
    keep("A RED Fuchs in the Straße", "animals")
    keep("a boat", "100%", avoid="Storm")
    for wanted in ("red fuchs", "STRASSE", " anim"):
        assert texts(favourites.page(store, text=wanted)) == ["A RED Fuchs in the Straße"]
    for wanted in ("storm", "0%"):
        assert texts(favourites.page(store, text=wanted)) == ["a boat"]
    assert favourites.page(store, text="%_%") == []


def test_a_tag_finds_whole_tags_only_and_no_words_of_a_prompt(store: Store, keep: Keep) -> None:
    keep("fox", "animals")
    keep("a \x1ffox\x1f den", "red fox")
    keep("a painting", "fox", "%")
    assert texts(favourites.page(store, tag="fox")) == ["a painting"]
    assert texts(favourites.page(store, tag="%")) == ["a painting"]
    assert favourites.page(store, tag="fo") == []


def test_pages_go_on_where_the_last_ended_and_filters_meet(store: Store, keep: Keep) -> None:
    for n in range(5):
        keep(f"fox {n}", "even" if n % 2 == 0 else "odd")
    keep("fox 5", "even", endpoint="audio.music")
    first = favourites.page(store, limit=2)
    assert texts(first) == ["fox 5", "fox 4"]
    keep("fox 6")
    assert texts(favourites.page(store, before=first[-1].id, limit=2)) == ["fox 3", "fox 2"]
    found = favourites.page(store, text="fox", tag="even", endpoint="images.generations")
    assert texts(found) == ["fox 4", "fox 2", "fox 0"]


def test_tags_are_counted_the_most_used_first(store: Store, keep: Keep) -> None:
    keep("1", "b", "c")
    keep("2", "a", "c")
    assert favourites.tags(store) == [("c", 2), ("a", 1), ("b", 1)]


def test_tags_are_changed_and_found_by_the_new_ones_alone(store: Store, keep: Keep) -> None:
    kept = keep("a fox", "old")
    changed = favourites.retag(store, kept.id, ["New"])
    assert changed
    assert changed.tags == ("new",)
    assert favourites.page(store, tag="old") == []
    assert favourites.page(store, tag="new", text="fox") == [changed]
    assert favourites.retag(store, "gone", ["new"]) is None


def test_only_who_kept_it_or_an_admin_removes_it(store: Store, keep: Keep) -> None:
    kept = keep("a fox")
    with pytest.raises(Denied, match="may remove it"):
        favourites.remove(store, kept.id, "bob", False)
    assert favourites.page(store) == [kept]
    assert favourites.remove(store, kept.id, "ada", False) == kept
    assert favourites.remove(store, kept.id, "ada", False) is None
    assert favourites.remove(store, keep("a boat").id, "bob", True)


def test_what_was_removed_comes_back_to_its_place(store: Store, keep: Keep) -> None:
    keep("a boat")
    kept = keep("a fox", "animals")
    keep("a tree")
    before = favourites.page(store)
    assert favourites.remove(store, kept.id, "ada", False)
    favourites.restore(store, kept)
    favourites.restore(store, kept)
    assert favourites.page(store) == before
    assert favourites.page(store, tag="animals") == [kept]


def test_what_somebody_kept_since_it_was_removed_stays(store: Store, keep: Keep) -> None:
    kept = keep("a fox", "old")
    favourites.remove(store, kept.id, "ada", False)
    theirs = keep("a fox", "new", person="bob")
    favourites.restore(store, kept)
    assert favourites.page(store) == [theirs]


def test_who_takes_over_what_was_there_before_accounts_may_remove_it(
    store: Store, keep: Keep
) -> None:
    kept = keep("a fox", person=LOCAL)
    inherit.take(store, "ada")
    assert favourites.remove(store, kept.id, "ada", False)
