"""What results say, as far as other runs may be given it."""

import json

import pytest

from lib.deapi.contract import Result
from lib.runs.texts import written


@pytest.mark.parametrize(
    ("result", "content", "said"),
    [
        ("prompt", {"prompt": "a red fox", "negative_prompt": "blur"}, ["a red fox", "blur"]),
        ("prompt", {"prompt": "a red fox", "negative_prompt": None}, ["a red fox"]),
        ("prompt", ["a red fox"], []),
        ("transcript", {"segments": [{"text": "Hello.", "start": 0, "end": 1}]}, ["Hello."]),
        ("text", {"text": "What stands there."}, ["What stands there."]),
        ("vectors", {"text": "no text", "prompt": "none"}, []),
        ("image", {"prompt": "none"}, []),
    ],
)
def test_only_what_is_meant_to_be_read_is_written(
    result: Result, content: object, said: list[str]
) -> None:
    assert written(result, json.dumps(content)) == said


def test_a_prompt_that_is_no_json_says_nothing_and_plain_text_is_itself() -> None:
    assert written("prompt", "{ half") == []
    assert written("text", " What stands there.\n") == ["What stands there."]
