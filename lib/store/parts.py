"""Runs that are parts of something larger, an experiment or a run of a recipe: they are sent only
while that goes on, and taken back when it does not.

What is larger is locked before its runs are: who pauses or stops it, and who sends one of its runs
at that moment, come one after the other.
"""

from sqlalchemy import Connection

from lib.store import experiments, recipes
from lib.store.database import Store


def go_on(connection: Connection, nonce: str) -> bool:
    """Whether a run with this nonce may be sent, as far as what it is a part of is concerned."""
    return experiments.lets_send(connection, nonce) and recipes.lets_send(connection, nonce)


def take_back(connection: Connection, store: Store, nonce: str) -> None:
    """Take back what still waits of what a run with this nonce is a part of, which `go_on` has
    said does not go on."""
    experiments.take_back(connection, store, nonce)
    recipes.take_back(connection, store, nonce)
