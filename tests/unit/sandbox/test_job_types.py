"""What a webhook calls a job: only by names of the documented list."""

import json
from pathlib import Path

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint, endpoint
from lib.sandbox.order import Measured, Order
from lib.sandbox.webhooks import job_type

FACTS = Path(__file__).parents[2] / "contract" / "facts" / "contract.json"
DOCUMENTED = json.loads(FACTS.read_text())["webhooks"]["job_type_enum"]
TELLING = [each for each in ENDPOINTS if each.has("webhook_url")]


@pytest.mark.parametrize("at", TELLING, ids=lambda at: at.id)
def test_every_job_that_a_webhook_may_tell_of_has_a_documented_type(at: Endpoint) -> None:
    assert job_type(Order(at, None, {})) in DOCUMENTED


@pytest.mark.parametrize(
    ("measured", "name"),
    [
        (None, "vid2txt"),
        (Measured(seconds=3), "audiofile2txt"),
        (Measured(640, 480, 3), "videofile2txt"),
    ],
)
def test_a_transcription_is_called_after_what_it_was_given(
    measured: Measured | None, name: str
) -> None:
    given = {"source_file": (measured,)} if measured else {}
    assert job_type(Order(endpoint("audio.transcriptions"), None, {}, given)) == name
