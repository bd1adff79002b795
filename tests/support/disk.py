"""A disk that fills up: a file system of its own, which only root may mount."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = "2g"
"""More than the free space without which no run is admitted. Nothing of it is used up front."""


class Disk:
    """The disk under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, *, leaving: int) -> None:
        """From now on about `leaving` more bytes fit."""
        used = os.statvfs(self.folder)
        size = (used.f_blocks - used.f_bfree) * used.f_frsize + leaving
        _mount("-o", f"remount,size={size}", str(self.folder))

    def free(self) -> None:
        """There is room again."""
        _mount("-o", f"remount,size={ROOM}", str(self.folder))


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A disk at `folder`, gone at the end with all that is on it. Raises `PermissionError` when
    this user may not mount one."""
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={ROOM}", "none", str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        raise PermissionError("only root may mount a disk") from error
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
