"""From deAPI's address to a file of ours. Addresses expire, so this is done at once and to the end.

The price is posted already. Whatever goes wrong here is tried again, with an address that is asked
for anew; only when deAPI has no file any more is the run given up.
"""

import errno
import logging
import mimetypes
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from lib.deapi.errors import DeapiError, Expired, NotFound
from lib.deapi.files import fetch
from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.store import BadPicture, ResultFile, Run, Store, StoreError, files, runs

log = logging.getLogger(__name__)

MAX_BYTES = 512 * 1024 * 1024
SECONDS = 600.0
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0
"""Seconds between tries."""
GIVE_UP_TRIES = 150
"""When deAPI says this often in a row that the file is gone, it is. With the waits between them
that takes a day, as long as deAPI keeps a file (gotchas §7): a shorter trouble of its storage must
not cost a result that is paid for."""

_NAMELESS = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Types that say nothing: a store of files gives them to whatever it doesn't know."""


class NoFile(DeapiError):
    """A job is done, and names no file."""


class Keeper:
    """Brings the results of one profile's runs home. Lives on the loop."""

    def __init__(self, loop: Loop, store: Store, profile: Profile) -> None:
        self._loop = loop
        self._clock = loop.clock
        self._store = store
        self._profile = profile

    async def keep(self, run: Run) -> Run | None:
        """keeping → done; or still `keeping` with the reason noted, to be tried again later."""
        await self._clock.until(run.not_before)
        try:
            url = run.result_url if run.keep_tries == 0 else await self._fresh_address(run)
            if url is None:
                raise NoFile("deAPI says it is done, but gives no file")
            kept = await self._fetch(run, url)
            size = await self._loop.thread(self._thumbnail, run, kept)
            if size is not None:
                kept = replace(kept, width=size[0], height=size[1])
            thumb = size is not None
            return await self._loop.thread(runs.keep, self._store, run, [kept], thumb=thumb)
        except (DeapiError, StoreError, OSError) as error:
            log.warning("run %s: its result is not ours yet: %s", run.id, error)
            return await self._failed(run, error)

    async def _fresh_address(self, run: Run) -> str | None:
        assert run.request_id is not None, "a run that is being kept has a request id"
        return (await self._profile.client.job(run.request_id)).result_url

    async def _fetch(self, run: Run, url: str) -> ResultFile:
        # The name is final only when the type is known; the type comes with the file.
        fresh = files.result_path(self._store, run.id, "0.part")
        fetched = await fetch(
            url,
            fresh,
            own_origins=frozenset({self._profile.origin}),
            max_bytes=MAX_BYTES,
            timeout=SECONDS,
        )
        media_type = _media_type(fetched.media_type, url)
        name = f"0.{_extension(media_type, url)}"
        await self._loop.thread(files.keep_result, self._store, run.id, name, fresh)
        return ResultFile(
            n=0,
            name=name,
            media_type=media_type,
            size=fetched.size,
            sha256=fetched.sha256,
        )

    def _thumbnail(self, run: Run, kept: ResultFile) -> tuple[int, int] | None:
        """Make the thumbnail; the picture's width and height, or None when it is no picture."""
        try:
            source = files.result_path(self._store, run.id, kept.name)
            return files.make_thumbnail(self._store, run.id, source)
        except BadPicture:
            return None

    async def _failed(self, run: Run, error: DeapiError | StoreError | OSError) -> Run | None:
        facts = _facts(error)
        if isinstance(error, Expired | NotFound | NoFile):
            facts["gone"] = 1 + ((run.error or {}).get("gone") or 0)
            if facts["gone"] >= GIVE_UP_TRIES:
                return await self._loop.thread(runs.give_up_keeping, self._store, run, facts)
        wait = min(FIRST_WAIT * 2.0 ** min(run.keep_tries, 30), LONGEST_WAIT)
        at = self._clock.later(wait)
        return await self._loop.thread(runs.keep_failed, self._store, run, facts, at)


def _facts(error: DeapiError | StoreError | OSError) -> dict[str, Any]:
    """What is remembered of a failure, without the paths that the system names in its own."""
    if isinstance(error, DeapiError):
        return error.facts()
    if isinstance(error, StoreError):
        return {"kind": type(error).__name__, "message": str(error)}
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    kind = "DiskFull" if full else type(error).__name__
    return {"kind": kind, "message": error.strerror or ""}


def _media_type(named: str, url: str) -> str:
    """The type as the server names it; when that says nothing, as the address does."""
    if named not in _NAMELESS:
        return named
    return mimetypes.guess_type(urlsplit(url).path)[0] or "application/octet-stream"


def _extension(media_type: str, url: str) -> str:
    """The file's ending: by its type, else by its address, else `bin` (gotchas §7)."""
    suffix = mimetypes.guess_extension(media_type) or PurePosixPath(urlsplit(url).path).suffix
    plain = suffix.removeprefix(".").lower()
    return plain if plain.isascii() and plain.isalnum() and len(plain) <= 5 else "bin"
