"""The picture that a running job shows of itself, fetched by us so that browsers needn't."""

import base64
import binascii
import logging
from pathlib import Path

from lib.deapi.errors import DeapiError
from lib.deapi.files import fetch
from lib.runs.loop import Loop
from lib.runs.profiles import Profile
from lib.store import Run, Store, StoreError, files, media

log = logging.getLogger(__name__)

MAX_BYTES = 4 * 1024 * 1024
SECONDS = 10.0
_ADDRESS = ("http://", "https://")


class Previews:
    """Keeps the newest preview of each running job beside its results. Lives on the loop."""

    def __init__(self, loop: Loop, store: Store, profile: Profile) -> None:
        self._loop = loop
        self._store = store
        self._profile = profile
        self._fetching: set[str] = set()

    def fetch_new(self, run: Run, preview: str | None) -> str | None:
        """Start to get `preview` if the run hasn't shown it yet; returns its address, if it is one.

        One at a time a run. None while one is on its way: the next news tries again.
        """
        if not preview or preview == run.preview_url or run.id in self._fetching:
            return None
        self._fetching.add(run.id)
        self._loop.spawn(self._fetch(run, preview))
        return preview if preview.startswith(_ADDRESS) else None

    async def _fetch(self, run: Run, preview: str) -> None:
        try:
            with media.spool(self._store.data_dir) as folder:
                raw = folder / "preview"
                if preview.startswith(_ADDRESS):
                    await fetch(
                        preview,
                        raw,
                        own_origins=self._profile.own_origins,
                        max_bytes=MAX_BYTES,
                        timeout=SECONDS,
                    )
                else:
                    await self._loop.slow(_decode, preview, raw)
                await self._loop.slow(files.make_preview, self._store, run.id, raw)
        except (DeapiError, StoreError, OSError, ValueError) as error:
            # A preview is a nicety: the result comes without it.
            log.info("run %s: no preview: %s", run.id, error)
        finally:
            self._fetching.discard(run.id)


def _decode(preview: str, target: Path) -> None:
    """The form in which the live service was seen to send it: base64 of a JPEG (gotchas §1)."""
    if len(preview) > MAX_BYTES * 4 // 3:
        raise ValueError("the preview is too large")
    try:
        content = base64.b64decode(preview.rpartition(",")[2], validate=True)
    except binascii.Error as error:
        raise ValueError("the preview is neither an address nor base64") from error
    target.write_bytes(content)
