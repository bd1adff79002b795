"""Embeddings: which texts are alike, which are nearest to one, and a map of all."""

from collections.abc import Callable, Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from lib.deapi.contract import endpoint
from lib.runs.profiles import SANDBOX
from lib.store import MediaDown, ResultFile, Run, State
from lib.ui import errand, further, similarity
from lib.ui.errand import Errand
from lib.ui.plain import clip
from lib.ui.results import saved
from lib.ui.results.form import Form
from lib.ui.session import Client
from lib.ui.similarity import Vectors

HEAT_LINES = 30
"""So many lines can be told apart in a heat map."""
NEAREST = 10
PAIRS = 10
NAMED_POINTS = 25
"""So many points of the map have their text beside them; the others show it when pointed at."""
RECENT = 20
"""So many of the last runs are looked through for the newest comparison."""
_CLIP = 60
_HEIGHT = 380


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    found = _read(client, run, files)
    if found is None:
        saved.draw(client, run, files)
        return
    lines, vectors = found
    count, width = vectors.shape
    told = f"{count:,} {'text' if count == 1 else 'texts'}, {width:,} numbers each."
    if run.profile == SANDBOX:
        told += " The sandbox goes by the words that texts share, not by what they mean."
    st.caption(told)
    if count == 1:
        st.caption("Give two lines or more to see how alike they are.")
        return
    if _open(client, run):
        _views(client, run, lines, vectors)


def _open(client: Client, run: Run) -> bool:
    """Whether it is looked at: the newest is, each older one when somebody opens it. A single text,
    which is what another was compared with, doesn't make the others older."""
    last = client.recent(RECENT, endpoint(run.endpoint))
    newest = (each for each in last if each.state is State.DONE and len(_texts(each)) > 1)
    if next(newest, run).id == run.id:
        return True
    return st.toggle("Look at it again", key=f"vectors:open:{run.id}")


def _views(client: Client, run: Run, lines: list[str], vectors: Vectors) -> None:
    alike, near, flat = st.tabs(
        ["How alike", "Nearest to …", "Map"], key=f"vectors:{run.id}", on_change="rerun"
    )
    if alike.open:
        with alike:
            _alike(lines, vectors)
    if near.open:
        with near:
            _near(client, run, lines, vectors)
    if flat.open:
        with flat:
            _map(run, lines, vectors)


# --- what is drawn -------------------------------------------------------------------------------


def _alike(lines: list[str], vectors: Vectors) -> None:
    values = similarity.matrix(vectors)
    if len(lines) <= HEAT_LINES:
        st.altair_chart(_heat(lines, values), theme="streamlit")
        st.caption("The darker a field, the more alike its two lines are.")
    else:
        st.caption(f"The pairs that are most alike; a heat map takes up to {HEAT_LINES} lines.")
    pairs = similarity.closest(values, PAIRS)
    st.dataframe(
        pd.DataFrame(
            {
                "Alike": [each.similarity for each in pairs],
                "One": [_numbered(lines, each.one) for each in pairs],
                "The other": [_numbered(lines, each.other) for each in pairs],
            }
        ),
        hide_index=True,
        column_config={"Alike": _SHARE},
    )


def _heat(lines: list[str], values: np.ndarray) -> alt.Chart:
    names = [clip(_numbered(lines, at), 40) for at in range(len(lines))]
    rows, columns = np.indices(values.shape)
    table = pd.DataFrame(
        {
            "row": rows.ravel() + 1,
            "one": [names[at] for at in rows.ravel()],
            "at": columns.ravel() + 1,
            "other": [names[at] for at in columns.ravel()],
            "alike": values.ravel().round(3),
        }
    )
    return (
        alt.Chart(table)
        .mark_rect()
        .encode(
            x=alt.X("at:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("row:O", title=None),
            color=alt.Color("alike:Q", legend=None, scale=alt.Scale(scheme="tealblues")),
            tooltip=["one", "other", "alike"],
        )
        .properties(height=max(120, min(640, 26 * len(lines) + 40)))
    )


def _numbered(lines: list[str], at: int) -> str:
    """A line with its number, which is all that a heat map has room for."""
    return f"{at + 1}. {lines[at]}"


def _near(client: Client, run: Run, lines: list[str], vectors: Vectors) -> None:
    chosen = st.selectbox(
        "Nearest to which line?",
        range(len(lines)),
        format_func=lambda at: clip(_numbered(lines, at), _CLIP),
        key=f"near:{run.id}",
    )
    query = _asked(client, run)
    if query is not None:
        text, vector = query
        st.caption(f"Nearest to: {clip(text, _CLIP)}".replace("$", "\\$"))
        _ranked(lines, similarity.to_each(vector, vectors), None)
    elif chosen is not None:
        _ranked(lines, similarity.to_each(vectors[chosen], vectors), chosen)


def _asked(client: Client, run: Run) -> tuple[str, Vectors] | None:
    """A text of its own to compare with: it is embedded by the same model, as a run of its own."""
    at = endpoint(run.endpoint)
    param = further.text_param(at)
    model = next((each for each in client.models(at) if each.slug == run.model), None)
    if param is None or model is None:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Or to a text of your own", key=f"query:{run.id}")
        found = errand.draw(
            client,
            Errand(
                name=f"query:{run.id}",
                label="Compare",
                at=at,
                model=model,
                values={param.name: [text.strip()] if text.strip() else []},
                help="Embeds this text with the same model: a small run of its own.",
            ),
        )
    if found is not None:
        st.session_state[f"compared:{run.id}"] = (found.run.id, found.values[param.name][0])
    kept = st.session_state.get(f"compared:{run.id}")
    if kept is None or kept[1] != text.strip():
        return None
    other = client.run(kept[0])
    files = client.results([kept[0]]).get(kept[0], [])
    read = _read(client, other, files) if other else None
    return (kept[1], read[1][0]) if read else None


def _ranked(lines: list[str], alike: np.ndarray, itself: int | None) -> None:
    found = similarity.nearest(alike, NEAREST, leave_out=itself)
    st.dataframe(
        pd.DataFrame(
            {
                "Alike": [each.similarity for each in found],
                "Line": [lines[each.other] for each in found],
            }
        ),
        hide_index=True,
        column_config={"Alike": _SHARE},
    )


def _map(run: Run, lines: list[str], vectors: Vectors) -> None:
    points, share = _flat(run.id, vectors)
    table = pd.DataFrame(
        {
            "x": points[:, 0],
            "y": points[:, 1],
            "text": [clip(_numbered(lines, at), 90) for at in range(len(lines))],
        }
    )
    bare, room = alt.Axis(labels=False, ticks=False, grid=False, title=None), alt.Scale(padding=12)
    x, y = alt.X("x:Q", axis=bare, scale=room), alt.Y("y:Q", axis=bare, scale=room)
    dots = alt.Chart(table).mark_circle(size=70).encode(x=x, y=y, tooltip=["text"])
    if len(table) <= NAMED_POINTS:
        some = similarity.named(points, _NAME_ROOM)
        dots = alt.layer(dots, *_names(table.iloc[some], x, y))
    st.altair_chart(dots.properties(height=_HEIGHT).interactive(), theme="streamlit")
    st.caption(
        f"Texts near each other are alike. The map shows {share:.0%} of what tells them apart. "
        "Point at a dot to read its text."
    )


def _names(points: pd.DataFrame, x: alt.X, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    """The texts of some points, each on the side that has room for it."""
    ink = st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor")
    told = alt.Chart(points.assign(name=[clip(each, 22) for each in points["text"]])).encode(
        x=x, y=y, text="name:N"
    )
    middle = (points["x"].min() + points["x"].max()) / 2
    return (
        told.transform_filter(alt.datum.x <= middle).mark_text(
            align="left", dx=8, fontSize=11, color=ink
        ),
        told.transform_filter(alt.datum.x > middle).mark_text(
            align="right", dx=-8, fontSize=11, color=ink
        ),
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _flat(run_id: str, _vectors: Vectors) -> tuple[np.ndarray, float]:
    """A map of many texts takes seconds, so a result has it made once."""
    points = similarity.flat(_vectors)
    return points, similarity.spread(_vectors, points)


_NAME_ROOM = (0.4, 0.05)
_SHARE = st.column_config.ProgressColumn(format="%.2f", min_value=0.0, max_value=1.0, width="small")


# --- what is kept --------------------------------------------------------------------------------


def _read(
    client: Client, run: Run, files: Sequence[ResultFile]
) -> tuple[list[str], Vectors] | None:
    """The texts and their vectors, or None when the file is gone or says something else."""
    if not files:
        return None
    try:
        vectors = _vectors(files[0].sha256, client, run, files[0])
    except (OSError, ValueError, MediaDown):
        return None
    lines = _texts(run)
    named = (
        lines if len(lines) == len(vectors) else [f"Text {at + 1}" for at in range(len(vectors))]
    )
    return named, vectors


def _texts(run: Run) -> list[str]:
    param = further.text_param(endpoint(run.endpoint))
    return similarity.texts(run.params.get(param.name)) if param else []


@st.cache_data(max_entries=8, show_spinner=False)
def _vectors(sha256: str, _client: Client, _run: Run, _file: ResultFile) -> Vectors:
    return similarity.read(_client.content(_run.id, _file))


def _as(
    write: Callable[[Sequence[str], Vectors], bytes],
) -> Callable[[Client, Run, Sequence[ResultFile]], bytes]:
    def make(client: Client, run: Run, files: Sequence[ResultFile]) -> bytes:
        found = _read(client, run, files)
        return write(*found) if found else b""

    return make


_FORMS = (
    Form("CSV", "csv", "text/csv", _as(similarity.as_csv)),
    Form("NumPy (NPZ)", "npz", "application/zip", _as(similarity.as_npz)),
    Form("Parquet", "parquet", "application/vnd.apache.parquet", _as(similarity.as_parquet)),
)


def forms(_client: Client, _run: Run, _files: Sequence[ResultFile]) -> Sequence[Form]:
    return _FORMS
