"""The older paths, which do the same: v1 differs in its paths, and a few names (gotchas §4)."""

from collections.abc import Iterator, Mapping

from starlette.routing import Route

from lib.deapi.contract import BALANCE, ENDPOINTS, JOB, LIVE_V1_PRICE_PATHS, MODELS
from lib.sandbox import v2
from lib.sandbox.paid import Names, price, submit
from lib.sandbox.rates import PRICES, pool_of

_NAMES: Mapping[str, Names] = {
    "vid2txt": {"video_url": "source_url"},
    "aud2txt": {"audio_url": "source_url"},
    "videofile2txt": {"video": "source_file"},
    "audiofile2txt": {"audio": "source_file"},
}
"""By the task in a path: how it calls the parameters of v2."""


def routes() -> list[Route]:
    job = JOB.v1_paths[0].replace("{id}", "{request_id}")
    return [
        *(v2.route("GET", path, MODELS.id, v2.models) for path in MODELS.v1_paths),
        *(v2.route("GET", path, BALANCE.id, v2.balance) for path in BALANCE.v1_paths),
        v2.route("GET", job, JOB.id, v2.job),
        *_paid(),
    ]


def _paid() -> Iterator[Route]:
    for each in ENDPOINTS:
        for path in each.v1_paths:
            yield v2.route(each.method, path, pool_of(each), submit(each, _names(path)))
        for path in (*each.v1_price_paths, *LIVE_V1_PRICE_PATHS.get(each.id, ())):
            yield v2.route(each.method, path, PRICES, price(each, _names(path)))


def _names(path: str) -> Names | None:
    found = (_NAMES[part] for part in path.split("/") if part in _NAMES)
    return next(found, None)
