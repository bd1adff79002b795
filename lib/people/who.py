"""Who a request or a browser session comes from.

As long as there are no accounts everything belongs to one person, `LOCAL`, who may do all of it;
the guard of `lib/web` then lets this machine in only (rules.md, People).
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from lib.store import LOCAL, Role, Run, Store, sessions, users
from lib.store.experiments import Experiment
from lib.store.recipes import Recipe, RecipeRun
from lib.store.showcases import Showcase

Ours = Run | Experiment | Recipe | RecipeRun | Showcase
"""What belongs to a person."""

COOKIE = "playground_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Its name where the browser came by HTTPS: no other site and no plain request can set it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be here."""

    name: str
    role: Role

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def may_see(self, it: Ours) -> bool:
        """What is their own; an admin everyone's (design.md, People). An experiment, a recipe or a
        showcase that is shared is the team's to see."""
        shared = isinstance(it, Experiment | Recipe | Showcase) and it.shared
        return shared or self.may_change(it)

    def may_vote(self, it: Experiment) -> bool:
        """What is their own, and what is shared. An admin who looks after another's is no voter."""
        return it.shared or it.person == self.name

    def may_change(self, it: Ours) -> bool:
        """What is their own; an admin everyone's."""
        return self.is_admin or it.person == self.name


ANYBODY = Person(LOCAL, Role.ADMIN)
"""Who is here as long as there are no accounts."""


def of_cookies(store: Store, cookies: Mapping[str, str]) -> Person | None:
    """The person of these cookies; None for who has to sign in. Raises `StoreError`."""
    name = sessions.person_of(store, token(cookies))
    if name is None:
        return None if users.are_there(store) else ANYBODY
    user = users.get(store, name)
    return user and Person(user.name, user.role)


def token(cookies: Mapping[str, str]) -> str:
    """The session's token, empty when there is none."""
    return cookies.get(SECURE_COOKIE) or cookies.get(COOKIE) or ""


def address(peer: str | None, forwarded: str | None) -> str:
    """Where a browser is, as far as is known: `peer` is who is connected, and `forwarded` what the
    request's X-Forwarded-For says. A proxy on this machine is believed about the last address in
    it, which is the one that it saw itself; from anybody else that header is only a claim."""
    peer = peer or "127.0.0.1"  # Streamlit has no address for this machine
    try:
        if not ipaddress.ip_address(peer).is_loopback:
            return peer
        seen = (forwarded or "").rpartition(",")[2].strip()
        return str(ipaddress.ip_address(seen)) if seen else peer
    except ValueError:
        return peer
