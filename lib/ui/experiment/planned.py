"""What a plan would do and cost, before it does, and the button that begins it."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial

import streamlit as st

from lib.deapi.errors import DeapiError
from lib.runs.experiments import manifest, plan
from lib.runs.experiments.order import same, to_pay
from lib.runs.experiments.plan import Cell, Draft, TooManyCells
from lib.runs.quotes import Quote
from lib.store import StoreError
from lib.ui import asked_back, errors, limits, money, notes, priced_button, state, words
from lib.ui.asked_back import Question
from lib.ui.experiment import place
from lib.ui.experiment.place import key
from lib.ui.plain import clip, label, safe, seconds
from lib.ui.session import Client
from lib.ui.state import Press

LOOK_AGAIN = 0.7
"""Seconds between two looks at prices that are on their way."""
LOOK_RARELY = 2.0
_MANY = 200
"""From so many prices on nobody waits for the next one."""
_TOLD = 5
"""So many problems are told one by one."""
_A_DAY = 20 * 3600.0
"""Seconds from which on a day's limit is what it waits for."""
_QUESTION = key("question")
_MOST_KNOWN = 3 * plan.MOST_CELLS
"""Rows that are remembered, those included that somebody has changed since."""


@dataclass(frozen=True)
class _Priced:
    """A plan with what is known of its prices, in USD."""

    draft: Draft
    cells: Sequence[Cell]
    known: Mapping[str, Decimal]
    asking: int
    error: DeapiError | None
    kept: Collection[str] | None = None
    """Those of which there are results from before, by `order.same`, if these are to be reused."""

    @cached_property
    def good(self) -> list[Cell]:
        return [each for each in self.cells if not each.problems]

    @cached_property
    def to_send(self) -> list[Cell]:
        """Those that cost something."""
        return to_pay(self.cells, self.kept)

    @cached_property
    def of_variants(self) -> list[Decimal] | None:
        """What each costs; None while a price is missing."""
        if self.asking or self.error:
            return None
        known = plan.price(self.to_send, self.known)
        columns = sorted({each.variant for each in self.to_send})
        prices = dict(zip(columns, known, strict=True))
        return [prices.get(at, Decimal(0)) for at in range(len(self.draft.variants))]

    @property
    def total(self) -> Decimal | None:
        of_variants = self.of_variants
        return None if of_variants is None else sum(of_variants, Decimal(0))


def draw(
    client: Client,
    draft: Draft,
    problems: Sequence[str] = (),
    *,
    began: Callable[[], None] = lambda: None,
) -> None:
    """What it does, what each variant costs, and the button. `problems` are those of the form;
    `began` is called when the experiment has begun, and what was said of it is forgotten."""
    try:
        now = _priced(client, draft)
        # The words are not written yet: which of them are the same, or were there, nobody knows.
        later = _priced(client, draft.then, reuse=False) if draft.then else None
    except TooManyCells as error:
        notes.problem(errors.Advice(str(error)))
        return
    except DeapiError as error:
        notes.problem(errors.advice(error))
        return
    limit = _go_on(client, draft)
    about = _about(client, draft)
    if pressed := state.pressed(_NAME):
        _answer(client, now, pressed, about, problems, began)
        state.answered(_NAME)
    _table(now, later)
    _sums(client, now, later)
    _problems(now, later, problems)
    with st.container(key="run_bar:lab"):
        question: Question | None = st.session_state.get(_QUESTION)
        if question is not None and question.about == about:
            _ask(client, question)
        else:
            _button(client, now, problems)
    _extras(draft, limit)
    if asking := now.asking + (later.asking if later else 0):
        every = LOOK_AGAIN if asking < _MANY else LOOK_RARELY
        st.fragment(_look, run_every=every)(client, draft, asking)


# --- what it costs --------------------------------------------------------------------------------


def _priced(client: Client, draft: Draft, *, reuse: bool = True) -> _Priced:
    planned = cells(client, draft)
    found = client.experiments.prices(planned)
    known = {each: quote.price for each, quote in found.items() if isinstance(quote, Quote)}
    refused = [each for each in found.values() if isinstance(each, DeapiError)]
    asking = sum(each is None for each in found.values())
    kept: Collection[str] | None = None
    if reuse and st.session_state.get(_said("reuse", draft), False):
        kept = client.experiments.reusable(planned).keys()
    return _Priced(draft, planned, known, asking, next(iter(refused), None), kept)


def cells(client: Client, draft: Draft) -> list[Cell]:
    """Its cells, each row planned once: a page is drawn more often than it changes, and then in one
    row. Raises `TooManyCells` and `DeapiError`."""
    kept: dict[str, plan.Known] = st.session_state.setdefault(key("cells"), {})
    about = _about(client, replace(draft, inputs=(), own={}))
    known = kept.pop(about, {})
    while len(kept) > 1:  # the words and what is made of them
        del kept[next(iter(kept))]
    kept[about] = known if len(known) <= _MOST_KNOWN else {}
    return client.experiments.plan(draft, kept[about])


def _about(client: Client, draft: Draft) -> str:
    listing = client.listing()
    at = "" if isinstance(listing, DeapiError) else listing.fetched_at.isoformat()
    told = json.dumps(manifest.written(draft), sort_keys=True)
    return hashlib.sha256(f"{client.profile}:{at}:{told}".encode()).hexdigest()


def _look(client: Client, draft: Draft, asking: int) -> None:
    """Draw again when more prices are there: of many a share, so that a large table is not drawn
    for each of them."""
    both = [draft, draft.then] if draft.then else [draft]
    now = sum(_priced(client, each).asking for each in both)
    if now <= asking - max(1, asking // 20):
        st.rerun()


def _table(now: _Priced, later: _Priced | None) -> None:
    rows = _rows(now, "" if later is None else "First the words")
    if later is not None:
        rows += _rows(later, "Then the results, about")
    st.html(
        '<table class="pg-table"><tr><th>Variant</th><th>Results</th><th>Price</th></tr>'
        f"{rows}</table>"
    )


def _rows(priced: _Priced, title: str) -> str:
    prices = priced.of_variants
    rows = f'<tr><td colspan="3" class="pg-small">{safe(title)}</td></tr>' if title else ""
    for column, variant in enumerate(priced.draft.variants):
        mine = [each for each in priced.cells if each.variant == column]
        count = sum(not each.problems for each in mine)
        price = money.price(prices[column]) if prices is not None and prices else "…"
        rows += (
            f"<tr><td>{safe(clip(variant.name, 80))}{_left_out(priced.draft, mine)}</td>"
            f"<td>{count:,}</td><td>{safe(price)}</td></tr>"
        )
    return rows


def _left_out(draft: Draft, cells: Sequence[Cell]) -> str:
    """What was given and this one's model has no use for."""
    names = sorted({name for each in cells for name in each.left_out})
    known = [_field(cells[0].endpoint, name) for name in names]
    return f'<p class="pg-small">Without {safe(", ".join(known))}</p>' if known else ""


def _field(endpoint: str, name: str) -> str:
    try:
        return words.field(endpoint, name).label
    except KeyError:
        return name  # of a file that somebody brought


def _sums(client: Client, now: _Priced, later: _Priced | None) -> None:
    total, after = now.total, later.total if later else Decimal(0)
    if total is None or after is None:
        missing = now.asking + (later.asking if later else 0)
        if missing:
            prices = "price" if missing == 1 else "prices"
            st.caption(f"Asking deAPI for {missing:,} more {prices}…{_asking(client, missing)}")
        return
    if later is None:
        told = f"{money.price(total)} for {len(now.to_send):,} results"
        have = sum(same(each) in now.kept for each in now.good) if now.kept else 0
        told += f", and {have:,} that you have already" if have else ""
        if twice := len(now.good) - len(now.to_send) - have:
            told += f", and {twice:,} that {'is' if twice == 1 else 'are'} the same as another"
    else:
        told = (
            f"About {money.price(total + after)} in all: {money.price(total)} for the words now, "
            f"about {money.price(after)} for the results, which you order when you have seen them"
        )
    lines = [told, *_time(client, [*now.to_send, *(later.to_send if later else ())])]
    lines += _room(client, now, total)
    st.html("".join(f'<p class="pg-total">{safe(line)}</p>' for line in lines))


def _asking(client: Client, count: int) -> str:
    """How long that takes at the limit that applies, where it is long."""
    lasts = client.experiments.asking_lasts(count)
    return f" That takes about {seconds(lasts)}." if lasts is not None and lasts >= 30 else ""


def _time(client: Client, cells: Sequence[Cell]) -> list[str]:
    lasts = client.experiments.lasts(each.endpoint for each in cells)
    if lasts is None:
        return []
    if lasts > _A_DAY:
        days = int(lasts // 86400) + 1
        return [f"It takes about {days + 1} days: each day's limit lets some through."]
    return (
        [f"Sending it takes about {seconds(lasts)} at the limits that apply."] if lasts > 1 else []
    )


def _room(client: Client, now: _Priced, total: Decimal) -> list[str]:
    """What a limit means for it: what does not fit into today goes on tomorrow."""
    use = client.tightest()
    if use is None or total <= use.left:
        return []
    left = f"{limits.title(use)}: {money.left(use.left)}."
    return [f"{left} What does not fit into it waits for the next day, and goes on by itself."]


def _problems(now: _Priced, later: _Priced | None, problems: Sequence[str]) -> None:
    """Each by its row and column: what is left out of the plan, and why."""
    told = [*problems]
    for priced in (now, later):
        told += _of_cells(priced) if priced else []
    for each in told[:_TOLD]:
        notes.problem(errors.Advice(each))
    if len(told) > _TOLD:
        st.caption(f"and {len(told) - _TOLD:,} more")
    error = now.error or (later.error if later else None)
    if error is not None:
        notes.problem(errors.advice(error))


def _of_cells(priced: _Priced) -> list[str]:
    draft = priced.draft
    return [
        f"{_row(draft, each)}{clip(draft.variants[each.variant].name, 40)}: "
        f"{_field(each.endpoint, name)}: {told}"
        for each in priced.cells
        for name, told in each.problems.items()
    ]


def _row(draft: Draft, cell: Cell) -> str:
    """Where it stands, if there is more than one row to stand in."""
    if len(draft.inputs) == 1:
        return ""
    row = draft.inputs[cell.input]
    where = f"Row {row.numbers[0]}" if row.numbers else f"Prompt {cell.input + 1}"
    return f"{where} (“{clip(row.name, 30)}”), "


# --- the button -----------------------------------------------------------------------------------

_NAME = "experiment"


def _button(client: Client, now: _Priced, problems: Sequence[str]) -> None:
    total, count = now.total, len(now.good)
    verb = "Write the words" if now.draft.then else "Run"
    said = verb if total is None else f"{verb} · {money.price(total)}"
    use = client.tightest()
    first = next((now.known.get(plan.key(each)) for each in now.to_send), None)
    over = use if use is not None and first is not None and first > use.left else None
    priced_button.draw(
        _NAME,
        label(said),
        Press(client.profile, state.nonce(_NAME), total, sure=False),
        can=total is not None and count > 0 and not problems,
        blocked=over is not None or bool(problems) or not count,
        key=key("run"),
        on_press=partial(state.press, _NAME),
        type="primary",
        width="stretch",
        shortcut="Ctrl+Enter",
    )
    if over is not None:
        notes.problem(limits.over(over))


def _ask(client: Client, question: Question) -> None:
    with st.container(horizontal=True):
        asked_back.draw(client, _NAME, question, costs="This may cost", key=key, drop=_drop)


def _drop() -> None:
    st.session_state.pop(_QUESTION, None)


def _answer(
    client: Client,
    now: _Priced,
    pressed: Press,
    about: str,
    problems: Sequence[str],
    began: Callable[[], None],
) -> None:
    _drop()
    total = now.total
    if pressed.profile != client.profile:
        notes.problem(priced_button.OTHER_PROFILE)
        return
    if problems or not now.good or pressed.nonce != state.nonce(_NAME):
        return  # said above; or the second click of two, whose experiment has begun
    if total is None or pressed.shown is None:
        notes.problem(priced_button.NO_PRICE_YET)
        return
    if (asked_back.is_large(client, total) and not pressed.sure) or total > pressed.shown:
        st.session_state[_QUESTION] = Question(total, None, about)
        return
    try:
        most = money.typed(st.session_state.get(_said("most", now.draft), ""))
        begun = state.order(
            _NAME,
            about,
            lambda: client.experiments.begin(
                now.draft,
                now.cells,
                now.known,
                nonce=pressed.nonce,
                title=_title(now.draft),
                most=most,
                shared=st.session_state.get(_said("shared", now.draft), False),
                reuse=st.session_state.get(_said("reuse", now.draft), False),
            ),
        )
    except (StoreError, ValueError) as error:
        notes.problem(errors.Advice(str(error)))
        return
    place.begun(begun.id)
    began()
    st.rerun()


# --- what else can be said ------------------------------------------------------------------------


def _said(name: str, draft: Draft) -> str:
    """The key of what is said of an experiment beside its plan: of results whose words were written
    before that is their own."""
    return key(name, draft.view, draft.before)


def _go_on(client: Client, draft: Draft) -> tuple[Decimal, Decimal] | None:
    """A study is one: what is made of its words is called and shared as these are, and its limit is
    what these have left, as long as nobody says otherwise. Returns `limit` of the words, if there
    are any."""
    words = client.experiments.get(draft.before) if draft.before else None
    limit = words and client.experiments.limit(words)
    if words is None or not client.experiments.is_mine(words):
        return limit
    st.session_state.setdefault(_said("title", draft), words.title)
    st.session_state.setdefault(_said("shared", draft), words.shared)
    if limit is None:
        return None
    left = f"{max(limit[0] - limit[1], Decimal(0)).normalize():f}"
    said, box = _said("left", draft), _said("most", draft)
    if st.session_state.get(box) in (None, st.session_state.get(said)):
        st.session_state[box] = left
    st.session_state[said] = left
    return limit


def _extras(draft: Draft, limit: tuple[Decimal, Decimal] | None) -> None:
    """`limit` is that of a study, and what of it is used, in USD."""
    with st.expander(_folded_line(draft), key=key("extras", draft.view)):
        st.text_input(
            "Name (optional)",
            key=_said("title", draft),
            max_chars=120,
            placeholder="what you want to find out",
            persist_state="session",
        )
        st.text_input(
            "Spend at most, in USD (optional)",
            key=_said("most", draft),
            placeholder="no limit of its own",
            help="It pauses before it would spend more than that.",
            persist_state="session",
        )
        if limit is not None:
            most, used = map(money.spent, limit)
            st.caption(label(f"Its words, and what was made of them, have used {used} of {most}."))
        _reuse(draft)
        st.toggle(
            "Share with the team",
            key=_said("shared", draft),
            help="Everybody may see its results and vote on them. You can change that later.",
            persist_state="session",
        )


def _folded_line(draft: Draft) -> str:
    """What is set inside: "Name, limit, sharing · “Foxes” · shared with the team"."""
    title = " ".join((st.session_state.get(_said("title", draft)) or "").split())
    said = {
        f"“{clip(title, 40)}”": title,
        _limit(draft): _limit(draft),
        "with results from before": st.session_state.get(_said("reuse", draft)),
        "shared with the team": st.session_state.get(_said("shared", draft)),
    }
    set_ = [each for each, is_set in said.items() if is_set]
    return label(" · ".join(["Name, limit, sharing", *set_]))


def _limit(draft: Draft) -> str:
    try:
        most = money.typed(st.session_state.get(_said("most", draft)) or "")
    except ValueError as error:
        return str(error)
    return "" if most is None else f"at most {money.price(most)}"


def _reuse(draft: Draft) -> None:
    st.toggle(
        "Use results that I have already",
        key=_said("reuse", draft),
        help="Where you have made the very same before, with the same seed, that result is shown "
        "and nothing is paid. What this plan asks for twice is made once.",
        persist_state="session",
    )


def _title(draft: Draft) -> str:
    if named := (st.session_state.get(_said("title", draft)) or "").strip():
        return named
    first = clip(draft.inputs[0].name, 60)
    count = len(draft.inputs)
    return first if count == 1 else f"{first} and {count - 1} more"
