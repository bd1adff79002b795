"""The numbers behind a chart: a table to read, and the same to take away."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from lib.runs.tables import as_csv, usd

USD = st.column_config.NumberColumn(format="$%.5f")

Rows = Sequence[Sequence[object]]


def table(names: Sequence[str], rows: Rows, *, told: str, looks: Mapping[str, Any]) -> None:
    """Draw them; `told` says to who can't see it what they are."""
    frame = pd.DataFrame([[_shown(cell) for cell in row] for row in rows], columns=[*names])
    st.dataframe(frame, hide_index=True, column_config={**looks}, alt=told)


def download(key: str, names: Sequence[str], rows: Rows) -> None:
    """The button that makes a CSV of them, every digit included, once it is pressed."""
    st.download_button(
        "Download as CSV",
        data=lambda: as_csv(names, _exact(rows)),
        file_name=f"deapi-playground-{key}.csv",
        mime="text/csv",
        key=f"usage:csv:{key}",
        on_click="ignore",
    )


def _shown(cell: object) -> object:
    return float(cell) if isinstance(cell, Decimal) else cell


def _exact(rows: Rows) -> Iterable[Iterable[object]]:
    return ([usd(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows)
