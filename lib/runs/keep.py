"""From deAPI's address to a file of ours. Addresses expire, so this is done at once and to the end.

The price is posted already. Whatever goes wrong here is tried again, with an address that is asked
for anew; only when deAPI has no file any more is the run given up.
"""

import asyncio
import errno
import hashlib
import logging
import mimetypes
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from lib.deapi import recordings
from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError, Expired, NotFound
from lib.deapi.facts import BadMedia
from lib.deapi.files import fetch
from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.runs.texts import WRITING, file_type, written
from lib.store import BadPicture, MediaDown, ResultFile, Run, Store, StoreError, files, media, runs

log = logging.getLogger(__name__)

MAX_BYTES = 512 * 1024 * 1024
MAX_TEXT_BYTES = 2 * 1024 * 1024
"""A result beyond this says more than any run takes (`lib.store.lineage.LONGEST`)."""
SECONDS = 600.0
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0
"""Seconds between tries."""
ASK_ANEW = 3
"""Tries after which the job is asked for another address before each, whatever was wrong."""
GIVE_UP_TRIES = 150
"""When deAPI says this often in a row that the file is gone, it is. With the waits between them
that takes a day, as long as deAPI keeps a file (gotchas §7): a shorter trouble of its storage must
not cost a result that is paid for."""

_NAMELESS = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Types that say nothing: a store of files gives them to whatever it doesn't know."""


class NoFile(DeapiError):
    """A job is done, and names no file."""


@dataclass(frozen=True, slots=True)
class _Looks:
    """What is seen of a result: pixels, seconds, and whether there is a thumbnail."""

    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    thumb: bool = False


@dataclass(frozen=True, slots=True)
class _Brought:
    """What was fetched: each of `files` lies in `folder`, called by its number."""

    folder: Path
    files: list[ResultFile]

    def path(self, file: ResultFile) -> Path:
        return self.folder / str(file.n)


class Keeper:
    """Brings the results of one profile's runs home. Lives on the loop."""

    def __init__(self, loop: Loop, store: Store, profile: Profile) -> None:
        self._loop = loop
        self._clock = loop.clock
        self._store = store
        self._profile = profile
        self._hurries: dict[str, asyncio.Event] = {}
        """Of the runs that wait for their next try: set when somebody wants it now."""
        self._brought: dict[str, _Brought] = {}
        """What is here and waits for the place where it is kept: deAPI may have forgotten it when
        that is back."""

    def hurry(self, run_id: str) -> None:
        """Try now what waits for its next try; nothing happens when it doesn't wait."""
        if (hurry := self._hurries.get(run_id)) is not None:
            hurry.set()

    async def keep(self, run: Run) -> Run | None:
        """keeping → done; or still `keeping` with the reason noted, to be tried again later."""
        await self._due(run)
        try:
            brought = self._brought.pop(run.id, None) or await self._bring(run)
            return await self._put_away(run, brought)
        except (DeapiError, StoreError, OSError) as error:
            log.warning("its result is not ours yet: %s", error)
            return await self._failed(run, error)

    async def _bring(self, run: Run) -> _Brought:
        """The result and its other forms, fetched into the data folder."""
        folder = await self._loop.slow(media.spooled, self._store.data_dir)
        try:
            found = [await self._result(run, folder), *await self._alternatives(run, folder)]
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # at once, as this task may be on its way out
            raise
        return _Brought(folder, found)

    async def _put_away(self, run: Run, brought: _Brought) -> Run | None:
        """Look into what was brought, put it where it is kept, and have the run be done."""
        waits = False
        try:
            looks = await self._loop.slow(self._look, run, brought)
            said = await self._loop.slow(self._read, run, brought)
            await self._loop.slow(self._put, run, brought)
        except MediaDown:
            waits = True
            self._brought[run.id] = brought
            raise
        finally:
            if not waits:
                await self._loop.slow(shutil.rmtree, brought.folder, ignore_errors=True)
        first = replace(
            brought.files[0], width=looks.width, height=looks.height, seconds=looks.seconds
        )
        kept = [first, *brought.files[1:]]
        done = await self._loop.thread(
            runs.keep, self._store, run, kept, thumb=looks.thumb, written=said
        )
        if done is None:
            await self._loop.slow(self._take_back, run)
        return done

    def _put(self, run: Run, brought: _Brought) -> None:
        """The run may be done only after this."""
        for file in brought.files:
            self._store.media.put(files.result_name(run.id, file.name), brought.path(file))

    def _take_back(self, run: Run) -> None:
        """Remove what was put there for a run that another server has kept meanwhile and its person
        has deleted: nothing would ever remove it."""
        now = runs.get(self._store, run.id)
        if now is not None and now.deleted_at is not None:
            files.remove_result(self._store, run.id)

    async def _due(self, run: Run) -> None:
        hurry = self._hurries[run.id] = asyncio.Event()
        try:
            await self._clock.until(run.not_before, hurry)
        finally:
            del self._hurries[run.id]

    async def _result(self, run: Run, folder: Path) -> ResultFile:
        """The result itself: the file that the job names, else the text that it gave.

        deAPI is asked for another address only where the last one has died: that costs a request.
        """
        url = run.result_url
        if _address_died(run):
            url = await self._fresh_address(run)
        if url is None:
            if run.result_text is None:
                raise NoFile("deAPI says it is done, but gives no file")
            return await self._loop.slow(_written, run.result_text, folder)
        try:
            return await self._fetch(url, folder, 0)
        except Expired:
            fresh = None if _address_died(run) else await self._fresh_address(run)
            if fresh in (None, url):
                raise
            return await self._fetch(fresh, folder, 0)

    async def _fresh_address(self, run: Run) -> str | None:
        """From the job; None for a run that has no job."""
        if run.request_id is None:
            return None
        return (await self._profile.client.job(run.request_id, run.person)).result_url

    async def _alternatives(self, run: Run, folder: Path) -> list[ResultFile]:
        """The result in other formats, as far as they come: they are a convenience."""
        found: list[ResultFile] = []
        for n, (kind, url) in enumerate(sorted(run.alternatives.items()), start=1):
            try:
                found.append(replace(await self._fetch(url, folder, n), kind=kind[:20]))
            except DeapiError as error:
                log.info("not as %s: %s", kind, error)
        return found

    async def _fetch(self, url: str, folder: Path, n: int) -> ResultFile:
        fetched = await fetch(
            url,
            folder / str(n),
            own_origins=self._profile.own_origins,
            max_bytes=MAX_BYTES,
            timeout=SECONDS,
        )
        media_type = _media_type(fetched.media_type, url)
        return ResultFile(
            n=n,
            name=f"{n}.{_extension(media_type, url)}",
            media_type=media_type,
            size=fetched.size,
            sha256=fetched.sha256,
        )

    def _read(self, run: Run, brought: _Brought) -> list[str]:
        """The texts that it wrote, to know them again in what is made from them."""
        result = endpoint(run.endpoint).result
        if result not in WRITING or brought.files[0].size > MAX_TEXT_BYTES:
            return []
        content = brought.path(brought.files[0]).read_bytes()
        return written(result, content.decode("utf-8-sig", "replace"))

    def _look(self, run: Run, brought: _Brought) -> _Looks:
        """Look into the result, and make a thumbnail of what can be seen."""
        os.utime(brought.folder)  # it is in use, however long it waits
        source, kind = brought.path(brought.files[0]), brought.files[0].media_type
        if kind.startswith(("video/", "audio/")):
            return self._look_at_recording(run, source, moving=kind.startswith("video/"))
        try:
            width, height = files.make_thumbnail(self._store, run.id, source)
            return _Looks(width=width, height=height, thumb=True)
        except BadPicture:
            return _Looks()

    def _look_at_recording(self, run: Run, source: Path, *, moving: bool) -> _Looks:
        try:
            facts = recordings.look(source, moving=moving)
        except BadMedia:
            return _Looks()
        looks = _Looks(width=facts.width, height=facts.height, seconds=facts.seconds)
        if not moving:
            return looks
        still = source.with_name("still.png")
        try:
            recordings.still(source, still)
            files.make_thumbnail(self._store, run.id, still)
        except (BadMedia, BadPicture):
            return looks
        return replace(looks, thumb=True)

    async def _failed(self, run: Run, error: DeapiError | StoreError | OSError) -> Run | None:
        facts = _facts(error)
        if isinstance(error, Expired | NotFound | NoFile):
            facts["gone"] = 1 + ((run.error or {}).get("gone") or 0)
            if facts["gone"] >= GIVE_UP_TRIES:
                return await self._loop.thread(runs.give_up_keeping, self._store, run, facts)
        wait = min(FIRST_WAIT * 2.0 ** min(run.keep_tries, 30), LONGEST_WAIT)
        at = self._clock.later(wait)
        return await self._loop.thread(runs.keep_failed, self._store, run, facts, at)


def _address_died(run: Run) -> bool:
    """Whether to ask for another address: the last try found nothing there, or several tries have
    failed in whatever way. Addresses die in other ways than by a 404, too."""
    kind = (run.error or {}).get("kind")
    return run.keep_tries >= ASK_ANEW or kind in ("Expired", "NotFound", "NoFile")


def _written(text: str, folder: Path) -> ResultFile:
    media_type, ending = file_type(text)
    content = text.encode()
    (folder / "0").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return ResultFile(
        n=0, name=f"0.{ending}", media_type=media_type, size=len(content), sha256=digest
    )


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
