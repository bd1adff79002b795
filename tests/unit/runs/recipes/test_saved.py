"""What a chain becomes when it is saved, and what its steps would cost with other files."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lib.deapi.contract import endpoint
from lib.deapi.media import Upload, to_json
from lib.deapi.models import Model
from lib.runs.recipes import given, planned
from lib.runs.recipes.saved import steps_of
from lib.store import NewRun, ResultFile, Run, Store, files, ledger, lineage, runs
from lib.store.recipes import Step, Take
from tests.support.media import put
from tests.unit.runs.scripted import Time, picture

ENHANCER, PICTURES = "prompts.enhancements", "images.generations"
CUTS, LARGER = "images.background-removals", "images.upscales"
BETTER = {"prompt": "a red fox, soft light", "negative_prompt": "blurry"}
PAINT = Model.parse({"slug": "paint-1", "name": "Paint"})


Making = Callable[..., Run]


@pytest.fixture
def made(store: Store, time: Time) -> Making:
    return partial(_made, store, time)


def _made(
    store: Store,
    time: Time,
    at: str,
    nonce: str,
    written: str = "",
    content: bytes = b"",
    **params: Any,
) -> Run:
    """A run that is done, with what it has written, or the file that it made."""
    time.move(seconds=1)
    new = NewRun(
        profile="sandbox",
        person="ada",
        endpoint=at,
        model="paint-1",
        params={"model": "paint-1", **params},
        nonce=nonce,
        quote=Decimal("0.001"),
        reserved=Decimal("0.001"),
    )
    run = ledger.admit(store, new)
    claimed = runs.claim(store, run.id, "test")
    assert claimed
    inline = runs.settle_inline(store, claimed, written)
    assert inline
    name = "0.json" if written else "0.png"
    put(store, files.result_name(run.id, name), written.encode() or content)
    kept = ResultFile(n=0, name=name, media_type="image/png", size=1, sha256=f"hash_of_{nonce}")
    told = list(json.loads(written).values()) if written else []
    done = runs.keep(store, inline, [kept], thumb=False, written=told)
    assert done
    return done


def upload(sha256: str, **values: Any) -> dict[str, Any]:
    return to_json(_upload(sha256, **values))


def _upload(sha256: str, width: int = 32, height: int = 24) -> Upload:
    return Upload(
        path=Path(sha256),
        name="fox.png",
        sha256=sha256,
        size=1,
        format="PNG",
        media_type="image/png",
        width=width,
        height=height,
    )


@pytest.fixture
def better(made: Making) -> Run:
    return made(ENHANCER, "better", json.dumps(BETTER), prompt="a fox")


def test_one_run_that_wrote_two_texts_gives_both(store: Store, made: Making, better: Run) -> None:
    drawn = made(PICTURES, "drawn", **BETTER)
    first, second = steps_of(store, drawn)
    assert (first.endpoint, first.inputs) == (ENHANCER, ("prompt",))
    taken = {each.param: (each.step, each.what) for each in second.takes}
    assert taken == {"prompt": (0, "prompt"), "negative_prompt": (0, "negative_prompt")}
    assert second.inputs == ()
    found = given.values(store, second, [better])
    assert {name: found[name] for name in BETTER} == BETTER


def test_a_text_that_was_not_written_this_time_is_left_out(
    store: Store, made: Making, better: Run
) -> None:
    drawn = made(PICTURES, "drawn", **BETTER)
    _, second = steps_of(store, drawn)
    other = made(ENHANCER, "other", json.dumps({"prompt": "a hill"}), prompt="hill")
    found = given.values(store, second, [other])
    assert found["prompt"] == "a hill"
    assert "negative_prompt" not in found
    silent = made(ENHANCER, "silent", json.dumps({"prompt": " "}), prompt="x")
    with pytest.raises(given.NothingThere, match="Step 1 wrote no text"):
        given.values(store, second, [silent])


def test_a_change_by_hand_is_left_out_and_the_rest_stays(
    store: Store, made: Making, better: Run
) -> None:
    by_hand = f"{BETTER['prompt']}, from above"
    lineage.edited(store, "sandbox", "ada", BETTER["prompt"], by_hand)
    drawn = made(PICTURES, "drawn", prompt=by_hand)
    first, second = steps_of(store, drawn)
    assert first.endpoint == ENHANCER
    assert second.takes == (Take(param="prompt", step=0, what="prompt"),)
    assert given.values(store, second, [better])["prompt"] == BETTER["prompt"]


def test_one_picture_that_went_two_ways_is_made_once(store: Store, made: Making) -> None:
    drawn = made(PICTURES, "drawn", content=picture(), prompt="a fox")
    made(CUTS, "cut", content=picture(), image=upload("hash_of_drawn"))
    both = ["hash_of_cut", "hash_of_drawn", "my_own"]
    edit = made(
        "images.edits",
        "edit",
        prompt="put them side by side",
        **{"images[]": [upload(each) for each in both]},
    )
    steps = steps_of(store, edit)
    assert [each.endpoint for each in steps] == [PICTURES, CUTS, "images.edits"]
    places = {(each.step, each.place) for each in steps[2].takes}
    assert places == {(1, 0), (0, 1)}
    found = given.values(store, steps[2], [drawn, drawn])["images[]"]
    assert [each.sha256 for each in found][2] == "my_own"
    assert found[0].sha256 == found[1].sha256  # the same picture again, by its content
    assert found[0].sha256 not in both


def test_a_larger_file_makes_what_comes_of_it_larger_in_the_price(store: Store) -> None:
    cut = Step(
        endpoint=CUTS,
        model="paint-1",
        params={"image": upload("mine", width=100, height=50)},
        inputs=("image",),
    )
    larger = Step(
        endpoint=LARGER,
        model="paint-1",
        params={"image": upload("cut", width=100, height=50)},
        takes=(Take(param="image", step=0, what="result"),),
    )
    files.upload_path(store, "mine").parent.mkdir(parents=True)
    saved = (cut, larger)
    other = replace(_upload("other", width=300, height=100), path=store.data_dir / "other")
    steps = planned.filled(saved, {(0, "image"): other})
    assert steps[0].params["image"]["upload"] == "other"
    first, second = planned.cells(store, "ada", saved, steps, [PAINT])
    assert first.problems  # it is not hers: nobody kept it
    expected = second.params["image"]
    assert (expected.width, expected.height) == (300, 100)


def test_what_has_a_size_of_its_own_costs_the_same_with_any_words(store: Store) -> None:
    step = Step(
        endpoint=PICTURES,
        model="paint-1",
        params={
            "prompt": "a fox",
            "width": 512,
            "height": 512,
            "guidance": 1,
            "steps": 4,
            "seed": 1,
        },
        inputs=("prompt",),
    )
    [now] = planned.cells(
        store, "ada", [step], planned.filled([step], {(0, "prompt"): "a hill"}), [PAINT]
    )
    assert now.params["prompt"] == "a hill"
    assert now.params["width"] == 512
    [nothing] = planned.cells(
        store, "ada", [step], planned.filled([step], {(0, "prompt"): None}), [PAINT]
    )
    assert "prompt" in nothing.problems
    assert endpoint(nothing.endpoint).param("prompt").required
