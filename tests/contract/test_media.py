"""Round trips of real media: what the sandbox makes over HTTP is what was asked for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

from lib.deapi import fields, wire
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.media import Upload, inspect
from lib.deapi.models import Model
from lib.deapi.terms import Media
from lib.sandbox.engines.audio import decode, hear, measure
from lib.sandbox.engines.audio.music import listen
from lib.sandbox.engines.ocr import page, rapid
from lib.sandbox.engines.video import read
from lib.ui import typical, words
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.waiting import eventually
from tests.unit.sandbox.test_audio_transcripts import RECORDING, SENTENCE, word_error
from tests.unit.sandbox.videos import difference, heard, stream
from tests.unit.ui.catalogue import LISTING

PATIENCE = 60.0
"""Seconds that a busy machine may take to make something."""
SAID = "The boats leave from the old pier at half past nine, and nobody should be late."


@dataclass(frozen=True)
class Made:
    """What came of a job: its facts, and its file where it has one."""

    job: wire.Job
    path: Path | None

    @property
    def file(self) -> Path:
        assert self.path is not None
        return self.path


class Studio:
    """Makes things as the playground does: from a form with a model's defaults, over HTTP."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._http = httpx.Client(
            base_url=sandbox.url,
            headers={"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"},
            timeout=60,
            trust_env=False,
        )

    def make(self, at_id: str, model: Model | None = None, **values: Any) -> Made:
        at = endpoint(at_id)
        answer = self.ask(at, model or LISTING.for_endpoint(at, values)[0], values)
        if answer.request_id is None:
            return Made(wire.Job(request_id="", state="done", result=answer.result), None)
        job = eventually(lambda: self._ended(answer.request_id or ""), timeout=PATIENCE)
        assert job.state == "done", job
        return Made(job, self._downloaded(job) if job.result_url else None)

    def ask(self, at: Endpoint, model: Model, values: dict[str, Any]) -> wire.Answer:
        """The answer to a submit of the form that a newcomer would have filled like this."""
        filled = typical.values(at, model, values)
        form = fields.fields(at, model, filled)
        examples = words.endpoint(at.id).examples
        filled |= {
            each.name: examples[0].text
            for each in form
            if each.kind == "text" and each.required and not filled.get(each.name)
        }
        assert fields.check(form, filled, at.rules) == {}
        always = [param.name for param in at.params if param.must_be_present]
        params = fields.request(at, model, filled)
        with wire.encoded(at.encoding, params, always=always) as sent:
            answer = self._http.request(at.method, at.path, **sent)
        assert answer.status_code == 200, answer.text
        return wire.answer_of(at, answer.json())

    def _ended(self, request_id: str) -> wire.Job | None:
        answer = self._http.get(f"/api/v2/jobs/{request_id}")
        if answer.status_code == 429:
            return None  # looked too often; the sandbox has deAPI's limits
        job = wire.Job.parse(answer.json(), request_id)
        return job if job.state in ("done", "error") else None

    def _downloaded(self, job: wire.Job) -> Path:
        url = job.result_url or ""
        target = (
            self._folder / f"{len(list(self._folder.iterdir()))}{Path(httpx.URL(url).path).suffix}"
        )
        target.write_bytes(self._http.get(url).raise_for_status().content)
        return target

    def given(self, path: Path, media: Media = "image") -> Upload:
        return inspect(path, path.name, media=media)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("media")
    (folder / "made").mkdir()
    with sandboxes(folder) as start:
        yield Studio(start(tier="premium", speed=1000, balance=1000), folder / "made")


def models_with(at_id: str, feature: str) -> list[Model]:
    """The models of an endpoint that say they have a feature."""
    return [each for each in LISTING.for_endpoint(endpoint(at_id)) if each.features.get(feature)]


# --- speech and hearing ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def speech(studio: Studio) -> Path:
    return studio.make("audio.speech", text=SAID).file


def test_the_sandboxs_own_speech_comes_back_word_for_word_with_its_times(
    studio: Studio, speech: Path
) -> None:
    sound = studio.given(speech, "recording")
    made = studio.make("audio.transcriptions", source_file=sound, include_ts=True)
    transcript = json.loads(made.job.result or "")
    assert transcript["text"] == SAID
    times = [(each["start"], each["end"]) for each in transcript["segments"]]
    assert times == sorted(times)
    assert 0 <= times[0][0] < times[-1][1] <= (sound.seconds or 0)


@pytest.mark.skipif(not hear.is_there(), reason="requirements-engines.txt is not installed")
def test_a_recorded_sentence_is_heard_with_few_words_wrong(studio: Studio) -> None:
    sound = studio.given(RECORDING, "recording")
    made = studio.make("audio.transcriptions", source_file=sound, include_ts=False)
    assert word_error(SENTENCE, made.job.result or "") < 0.4


@pytest.mark.parametrize(("format_", "codec"), [("mp3", "MP3"), ("wav", "WAV"), ("flac", "FLAC")])
def test_speech_has_the_format_that_was_asked_for(studio: Studio, format_: str, codec: str) -> None:
    made = studio.make("audio.speech", text="Good morning, everybody.", format=format_)
    assert studio.given(made.file, "audio").format == codec


def test_speech_has_the_rate_and_the_speed_that_were_asked_for(studio: Studio) -> None:
    model = next(
        each for each in LISTING.for_endpoint(endpoint("audio.speech")) if each.limit("max_speed")
    )
    slow, fast = (
        studio.make("audio.speech", model, text=SAID, speed=speed, format="wav").file
        for speed in (1.0, 2.0)
    )
    lasting = [decode.facts(path).seconds for path in (slow, fast)]
    assert lasting[0] / lasting[1] == pytest.approx(2, rel=0.15)
    rates = model.listed("available_ratios")
    for rate in rates[:2]:
        made = studio.make(
            "audio.speech", model, text="Good morning.", sample_rate=rate, format="wav"
        )
        assert decode.read(made.file)[1] == rate


def test_a_cloned_voice_is_near_to_its_recording_and_a_designed_one_as_described(
    studio: Studio,
) -> None:
    clones = models_with("audio.speech", "supports_voice_clone")
    designs = models_with("audio.speech", "supports_voice_design")
    assert clones
    assert designs
    high = studio.make(
        "audio.speech",
        designs[0],
        text=SAID,
        mode="voice_design",
        instruct="a very high child's voice",
    )
    low = studio.make(
        "audio.speech",
        designs[0],
        text=SAID,
        mode="voice_design",
        instruct="a deep old man's voice",
    )
    assert _pitch(high.file) > 1.3 * _pitch(low.file)
    for original in (high.file, low.file):
        again = studio.make(
            "audio.speech",
            clones[0],
            text="Quite another sentence is said by the same voice, if all is well.",
            mode="voice_clone",
            ref_audio=studio.given(original, "audio"),
        )
        assert _pitch(again.file) == pytest.approx(_pitch(original), rel=0.2)


def _pitch(path: Path) -> float:
    """In Hertz, of a voice."""
    found = measure.pitch(*decode.read(path))
    assert found is not None
    return found.middle


# --- music ----------------------------------------------------------------------------------------


def test_music_has_the_tempo_and_the_length_that_were_asked_for(studio: Studio) -> None:
    made = studio.make("audio.music", caption="club music with drums", duration=20, bpm=120, seed=3)
    samples, rate = decode.read(made.file)
    mono = samples.reshape(len(samples), -1).mean(axis=1)
    assert len(mono) / rate == pytest.approx(20, abs=0.5)
    assert listen.tempo(mono, rate) == pytest.approx(120, rel=0.03)


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.skipif(not rapid.is_there(), reason="requirements-engines.txt is not installed")
def test_a_rendered_page_comes_back_character_for_character(studio: Studio, tmp_path: Path) -> None:
    text = "Order 4711 was paid on 3 May.\nIt came to $98.50, with tax at 19%.\nThank you!"
    path = tmp_path / "page.png"
    page.drawn(text, width=560)[0].save(path)
    made = studio.make("images.ocr", image=studio.given(path), format="text")
    assert _letters(made.job.result or "") == _letters(text)


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_picture_becomes_larger_by_the_models_factor_and_stays_the_same_picture(
    studio: Studio, tmp_path: Path
) -> None:
    small = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    small.save(tmp_path / "small.png")
    made = studio.make("images.upscales", image=studio.given(tmp_path / "small.png"))
    large = Image.open(made.file).convert("RGB")
    assert large.width // small.width == large.height // small.height >= 2
    assert difference(large.resize(small.size), small) < 6


def test_a_cut_out_is_see_through_around_what_it_shows(studio: Studio, tmp_path: Path) -> None:
    picture = Image.new("RGB", (320, 240), "#d8e4ea")
    ImageDraw.Draw(picture).ellipse((110, 60, 210, 190), "#b3261e")
    picture.save(tmp_path / "ball.png")
    made = studio.make("images.background-removals", image=studio.given(tmp_path / "ball.png"))
    alpha = np.asarray(Image.open(made.file).convert("RGBA"))[..., 3]
    assert alpha[:20, :20].mean() < 25
    assert alpha[110:140, 145:175].mean() > 230


def test_an_edit_does_what_the_prompt_says(studio: Studio) -> None:
    before = words.sample("images.edits", "image", "image").path
    made = studio.make("images.edits", prompt="make it black and white", seed=1)
    grey = np.asarray(Image.open(made.file).convert("HSV"))[..., 1]
    assert (
        grey[: len(grey) // 2].mean()
        < 12
        < np.asarray(Image.open(before).convert("HSV"))[..., 1].mean()
    )


# --- videos ---------------------------------------------------------------------------------------

SMALL = {"width": 512, "height": 512, "frames": 49, "seed": 5}


def test_a_video_has_the_frames_size_and_rate_asked_for_as_a_browser_plays_it(
    studio: Studio,
) -> None:
    model = LISTING.for_endpoint(endpoint("videos.generations"))[0]
    made = studio.make("videos.generations", model, prompt="waves on a beach", **SMALL)
    facts = stream(made.file)
    assert (facts["codec"], facts["pixels"], facts["size"]) == ("h264", "yuv420p", (512, 512))
    assert facts["frames"] == 49
    assert facts["fps"] == Fraction(int(model.defaults["fps"]))
    content = made.file.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat"), "it begins to play when all is there"


def test_an_animation_begins_and_ends_with_the_pictures_given(
    studio: Studio, tmp_path: Path
) -> None:
    model = models_with("videos.animations", "supports_last_frame")[0]
    first, last = (tmp_path / f"{name}.png" for name in ("first", "last"))
    width, height = (int(model.limit(f"min_{side}") or 512) for side in ("width", "height"))
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(first)
    Image.new("RGB", (width, height), "teal").save(last)
    made = studio.make(
        "videos.animations",
        model,
        prompt="slow zoom",
        first_frame_image=studio.given(first),
        last_frame_image=studio.given(last),
        width=width,
        height=height,
        frames=int(model.limit("min_frames") or 49),
    )
    shown = [np.asarray(frame) for frame in read.frames(made.file)]
    assert difference(shown[0], Image.open(first)) < 8
    assert difference(shown[-1], Image.open(last)) < 8


def test_a_video_to_sound_has_that_sound(studio: Studio) -> None:
    model = LISTING.for_endpoint(endpoint("videos.audio-syncs"))[0]
    frames = int(model.limit("min_frames") or 49)
    made = studio.make("videos.audio-syncs", model, prompt="dancing lines", frames=frames)
    seconds, _ = heard(made.file)
    assert seconds == pytest.approx(stream(made.file)["frames"] / stream(made.file)["fps"], abs=0.2)


def test_a_replacement_shows_the_figure_over_the_video_that_was_given(studio: Studio) -> None:
    film = words.sample("videos.replacements", "video", "video").path
    made = studio.make("videos.replacements")
    before, after = (next(iter(read.frames(path))) for path in (film, made.file))
    assert stream(made.file)["codec"] == "h264"
    assert 1 < difference(Image.fromarray(np.asarray(after)).resize((480, 320)), before) < 120


def test_a_video_becomes_larger_and_keeps_its_frames(studio: Studio) -> None:
    film = stream(words.sample("videos.upscales", "video", "video").path)
    made = stream(studio.make("videos.upscales").file)
    assert made["frames"] == film["frames"]
    assert made["size"][0] // film["size"][0] == made["size"][1] // film["size"][1] >= 2


# --- texts ----------------------------------------------------------------------------------------


def test_texts_that_share_words_are_neighbours(studio: Studio) -> None:
    lines = ["red apples on the tree", "green apples on the tree", "the train to Oslo is late"]
    made = studio.make("embeddings", input=lines)
    vectors = np.array(json.loads(made.job.result or made.file.read_text()))
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > far + 0.2


@pytest.mark.parametrize("kind", ["images.generations", "images.edits"])
def test_an_enhancement_adds_detail_and_what_to_avoid(studio: Studio, kind: str) -> None:
    made = studio.make("prompts.enhancements", type=kind, prompt="a boat on a lake")
    written = json.loads(made.job.result or "")
    assert "boat" in written["prompt"]
    assert len(written["prompt"]) > 60
    assert written["negative_prompt"]
