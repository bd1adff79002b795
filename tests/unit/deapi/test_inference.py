"""Every spelling of an inference type that anybody has seen leads to one name (gotchas §2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi.contract import ENDPOINTS, MODELS
from lib.deapi.inference import canonical

DOCUMENTED = next(each.choices for each in MODELS.params if each.choices)
NOT_DOCUMENTED = ("txt2music", "aud2video", "videos_replace")


@pytest.mark.parametrize("name", [*DOCUMENTED, *NOT_DOCUMENTED])
def test_the_specifications_names_and_the_three_it_lacks_stay(name: str) -> None:
    assert canonical(name) == name


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        ("video2text", "vid2txt"),
        ("audio2text", "aud2txt"),
        ("video_file2text", "videofile2txt"),
        ("audio_file2text", "audiofile2txt"),
        ("img-upscale", "img_upscale"),
        ("img-rmbg", "img_rmbg"),
        ("vid-upscale", "vid_upscale"),
        ("vid-rmbg", "vid_rmbg"),
        ("audio2video", "aud2video"),
        ("video-replace", "videos_replace"),
        ("videos/replace", "videos_replace"),
        ("videos-replace", "videos_replace"),
        ("txt2music", "txt2music"),
    ],
)
def test_names_seen_on_the_live_service_are_known(seen: str, name: str) -> None:
    assert canonical(seen) == name
    assert canonical(f" {seen.upper()} ") == name


@pytest.mark.parametrize("name", [*DOCUMENTED, *NOT_DOCUMENTED])
def test_letters_case_and_marks_make_no_difference(name: str) -> None:
    for mark in ("-", "_", "/", ""):
        assert canonical(name.replace("_", mark).upper()) == name


def test_a_type_nobody_has_heard_of_meets_its_other_spellings() -> None:
    assert canonical("Txt-2_Smell") == canonical("txt2smell")
    assert canonical("txt2smell") != canonical("txt2taste")


def test_endpoints_speak_canonical_names() -> None:
    for endpoint in ENDPOINTS:
        assert list(endpoint.inference_types) == list(map(canonical, endpoint.inference_types))


@given(st.text())
def test_a_canonical_name_is_its_own(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)
