"""The team's library as one session may use it: everybody signed in sees and fills all of it."""

from collections.abc import Iterable

from lib.deapi.contract import Endpoint
from lib.store import Favourite, Kept, NewFavourite, Run, favourites
from lib.ui.desk import Desk


class Favourites(Desk):
    """The whole library, for whoever is signed in."""

    def page(
        self,
        *,
        text: str = "",
        tag: str | None = None,
        endpoint: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[Favourite]:
        """The last kept first; the next page is `before` the id of the last one."""
        return favourites.page(
            self._store, text=text, tag=tag, endpoint=endpoint, before=before, limit=limit
        )

    def tags(self) -> list[tuple[str, int]]:
        """Every tag and how many prompts have it, the most used first."""
        return favourites.tags(self._store)

    def find(self, at: Endpoint, text: str, avoid: str = "") -> Favourite | None:
        """This very prompt, if somebody has kept it. Raises `ValueError` for one that is too long
        to be kept."""
        return favourites.find(self._store, text, avoid, at.id)

    def keep(
        self,
        at: Endpoint,
        text: str,
        *,
        avoid: str = "",
        tags: Iterable[str] = (),
        run: Run | None = None,
    ) -> Kept:
        """Keep a prompt that is for `at`; `run` shows what it does. Raises `ValueError` too."""
        store = self._store
        if run is not None and not self._who.may_see(run):
            run = None  # what others made is theirs to show
        return favourites.keep(
            store,
            NewFavourite(
                person=self._who.name,
                text=text,
                avoid=avoid,
                endpoint=at.id,
                tags=tuple(tags),
                run_id=run.id if run else None,
            ),
        )

    def retag(self, favourite: Favourite, tags: Iterable[str]) -> Favourite | None:
        """Change its tags; None when it is gone. Raises `ValueError` too."""
        return favourites.retag(self._store, favourite.id, tags)

    def may_remove(self, favourite: Favourite) -> bool:
        """Whether I kept it, or look after the playground."""
        return self._who.is_admin or favourite.person == self._who.name

    def remove(self, favourite: Favourite) -> Favourite | None:
        """Take it out; what it was, or None when it is gone. Raises `Denied`."""
        who = self._who
        return favourites.remove(self._store, favourite.id, who.name, who.is_admin)

    def restore(self, favourite: Favourite) -> None:
        """Undo `remove`."""
        favourites.restore(self._store, favourite)
