"""What the playground remembers: runs, ledger, caps, balances, files, deliveries, drafts,
catalogues, looks, bells, experiments, favourites, recipes, showcases, what people say of runs and
where texts come from.

Open a `Store`, then use one module a subject, as in `ledger.admit(store, new)`,
`runs.claim(store, run_id, owner)`, `history.page(store, filters)`. Everything is synchronous and
short. Only this package knows SQLAlchemy.
"""

from lib.store import (
    balances,
    bells,
    caps,
    catalogues,
    deletion,
    deliveries,
    drafts,
    experiments,
    favourites,
    files,
    history,
    inherit,
    ledger,
    lineage,
    looks,
    marks,
    media,
    recipes,
    runs,
    servers,
    sessions,
    showcases,
    signals,
    spending,
    statistics,
    tokens,
    usage,
    votes,
)
from lib.store.balances import Books, Seen
from lib.store.caps import Caps, Use
from lib.store.database import Store
from lib.store.errors import (
    AlreadyHeld,
    BadPicture,
    Denied,
    DiskFull,
    MediaDown,
    MediaRefused,
    NewerData,
    OverCap,
    StoreError,
)
from lib.store.favourites import Favourite, Kept, NewFavourite
from lib.store.history import Choices, Cost, Filters, Total
from lib.store.ledger import Balance, Spent
from lib.store.lineage import Step
from lib.store.lock import Lock, hold
from lib.store.looks import Look
from lib.store.marks import Mark
from lib.store.money import final, reserve_up
from lib.store.run import NewRun, ResultFile, Run, is_part
from lib.store.showcases import Showcase
from lib.store.states import ASKING, ENDED, FOLLOWED, HOLDING, MOVES, OPEN, Settlement, State
from lib.store.statistics import Record
from lib.store.tables import GOES_ON, LOCAL, TEAM, Purpose, Role, Status, Winner

__all__ = [
    "ASKING",
    "ENDED",
    "FOLLOWED",
    "GOES_ON",
    "HOLDING",
    "LOCAL",
    "MOVES",
    "OPEN",
    "TEAM",
    "AlreadyHeld",
    "BadPicture",
    "Balance",
    "Books",
    "Caps",
    "Choices",
    "Cost",
    "Denied",
    "DiskFull",
    "Favourite",
    "Filters",
    "Kept",
    "Lock",
    "Look",
    "Mark",
    "MediaDown",
    "MediaRefused",
    "NewFavourite",
    "NewRun",
    "NewerData",
    "OverCap",
    "Purpose",
    "Record",
    "ResultFile",
    "Role",
    "Run",
    "Seen",
    "Settlement",
    "Showcase",
    "Spent",
    "State",
    "Status",
    "Step",
    "Store",
    "StoreError",
    "Total",
    "Use",
    "Winner",
    "balances",
    "bells",
    "caps",
    "catalogues",
    "deletion",
    "deliveries",
    "drafts",
    "experiments",
    "favourites",
    "files",
    "final",
    "history",
    "hold",
    "inherit",
    "is_part",
    "ledger",
    "lineage",
    "looks",
    "marks",
    "media",
    "recipes",
    "reserve_up",
    "runs",
    "servers",
    "sessions",
    "showcases",
    "signals",
    "spending",
    "statistics",
    "tokens",
    "usage",
    "votes",
]
