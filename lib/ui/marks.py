"""What one session may say of runs, and delete: of one's own, as an admin of everybody's."""

from collections.abc import Iterable, Sequence

from lib.store import Mark, Run, deletion, marks, runs
from lib.ui.desk import ProfileDesk


class Marks(ProfileDesk):
    """Those that change something raise `KeyError` for a run that is not there, or not mine."""

    @property
    def _whose(self) -> str | None:
        """Whose runs these are: mine, and with None everybody's for an admin."""
        return None if self._who.is_admin else self._who.name

    def of(self, some: Sequence[Run]) -> dict[str, Mark]:
        """What is said of runs that I may see, by their ids; nothing is said of the others."""
        mine = [run.id for run in some if self._who.may_see(run)]
        return marks.of(self._store, mine)

    def tags(self) -> list[str]:
        """Every tag of these runs, the most used first."""
        return marks.tags_there(self._store, self._profile, self._whose)

    def star(self, run_id: str, starred: bool) -> None:
        marks.star(self._store, self._mine(run_id), self._who.name, starred)

    def note(self, run_id: str, text: str) -> None:
        """Raises `ValueError` too, for a note that is too long."""
        marks.note(self._store, self._mine(run_id), self._who.name, text)

    def retag(self, run_id: str, tags: Iterable[str]) -> None:
        """Raises `ValueError` too, for too many tags or too long ones."""
        marks.retag(self._store, self._mine(run_id), self._who.name, tags)

    def delete(self, run_id: str) -> bool:
        """Delete a run that has ended, for good; whether that was done. Raises `OSError` too."""
        return deletion.delete(self._store, self._mine(run_id), self._whose) is not None

    def _mine(self, run_id: str) -> str:
        run = runs.get(self._store, run_id)
        there = run is not None and run.deleted_at is None and run.profile == self._profile
        if run is None or not (there and self._who.may_change(run)):
            raise KeyError(run_id)
        return run.id
