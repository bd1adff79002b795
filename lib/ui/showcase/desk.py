"""Showcases as one session may use them: one's own, and those that are shared with the team."""

from collections.abc import Sequence

from lib.store import (
    Filters,
    MediaDown,
    ResultFile,
    Run,
    Showcase,
    State,
    files,
    history,
    runs,
    showcases,
)
from lib.ui.desk import ProfileDesk

_TEXT_BYTES = 80_000
"""So much of a written result is shown."""


class Showcases(ProfileDesk):
    """Those that change something raise `KeyError` for a showcase or a run that is not there, or
    not mine."""

    # --- what there is ----------------------------------------------------------------------------

    def mine(self) -> list[Showcase]:
        """The newest first."""
        return showcases.mine(self._store, self._profile, self._who.name)

    def shared_with_me(self) -> list[Showcase]:
        """Those of others, the newest first."""
        return showcases.shared_with(self._store, self._profile, self._who.name)

    def get(self, showcase_id: str) -> Showcase | None:
        """One of this profile that I may see, or None."""
        found = self._seen(showcase_id)
        return found if found and found.profile == self._profile else None

    def elsewhere(self, showcase_id: str) -> str | None:
        """The other profile that it belongs to, if I may see it."""
        found = self._seen(showcase_id)
        return found.profile if found else None

    def is_mine(self, showcase: Showcase) -> bool:
        """Whether I may change it."""
        return self._who.may_change(showcase)

    def runs(self, showcase: Showcase) -> list[Run]:
        """What it shows me, in its order: all of it once it is shared."""
        found = showcases.shown(self._store, showcase.id)
        return [run for run in found if showcase.shared or self._who.may_see(run)]

    def results(self, some: Sequence[Run]) -> dict[str, list[ResultFile]]:
        """The kept files of runs that `runs` gave, by their ids."""
        of_profile = Filters(profile=self._profile)
        return history.results_of(self._store, [run.id for run in some], among=of_profile)

    def text(self, run: Run, file: ResultFile) -> str | None:
        """What a written result says, of a run of mine or one that is shared; None when it is
        gone, or can't be had just now."""
        store = self._store
        if not (self._who.may_see(run) or showcases.shows(store, run.id)):
            return None
        try:
            content = files.content(store, files.result_name(run.id, file.name), _TEXT_BYTES)
        except (OSError, MediaDown):
            return None
        return content.decode("utf-8-sig", "replace")

    def starred(self) -> list[Run]:
        """My results with a star, the newest first: as many as a showcase takes."""
        wanted = Filters(
            profile=self._profile,
            person=self._who.name,
            states=frozenset({State.DONE}),
            starred=True,
        )
        return history.page(self._store, wanted, limit=showcases.MOST)

    # --- what I do with them ----------------------------------------------------------------------

    def begin(self, title: str, some: Sequence[Run]) -> Showcase:
        """A new one with these runs of mine. Raises `ValueError` too."""
        ids = [run.id for run in some if self._who.may_change(run)]
        return showcases.begin(self._store, self._profile, self._who.name, title, ids)

    def add(self, showcase_id: str, run_id: str) -> None:
        """Put a run of mine at its end. Raises `ValueError` too, when it is full."""
        run = runs.get(self._store, run_id)
        if run is None or run.profile != self._profile or not self._who.may_change(run):
            raise KeyError(run_id)
        showcases.add(self._store, self._mine(showcase_id), run_id)

    def remove(self, showcase_id: str, run_id: str) -> None:
        showcases.remove(self._store, self._mine(showcase_id), run_id)

    def move(self, showcase_id: str, run_id: str, *, by: int = 0, to: int | None = None) -> None:
        """`by` places down, negative for up, or `to` a place, 0 being the first."""
        showcases.move(self._store, self._mine(showcase_id), run_id, by=by, to=to)

    def retitle(self, showcase_id: str, title: str) -> None:
        """Raises `ValueError` too, for a title that is empty or too long."""
        showcases.put(self._store, self._mine(showcase_id), title=title)

    def share(self, showcase_id: str, shared: bool) -> None:
        """Have everybody who is signed in see it and its results, or no longer."""
        showcases.put(self._store, self._mine(showcase_id), shared=shared)

    def show_prices(self, showcase_id: str, prices: bool) -> None:
        showcases.put(self._store, self._mine(showcase_id), prices=prices)

    def delete(self, showcase_id: str) -> None:
        showcases.delete(self._store, self._mine(showcase_id))

    def _seen(self, showcase_id: str) -> Showcase | None:
        found = showcases.get(self._store, showcase_id)
        return found if found and self._who.may_see(found) else None

    def _mine(self, showcase_id: str) -> str:
        found = self.get(showcase_id)
        if found is None or not self._who.may_change(found):
            raise KeyError(showcase_id)
        return found.id
