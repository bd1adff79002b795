"""What came of a run: large, with everything that can be done with it."""

import json
from decimal import Decimal

import streamlit as st

from lib.store import ResultFile, Run
from lib.ui import (
    clock,
    errors,
    further,
    keep,
    lineage,
    money,
    results,
    run_status,
    stand_in,
    state,
    words,
)
from lib.ui.plain import clip, safe, seconds, size
from lib.ui.session import Client


def draw(client: Client, run: Run, model_name: str, *, keys: str = "") -> None:
    """The result of a `done` run. `keys` tells its widgets from those of another drawing of it."""
    files = client.results([run.id]).get(run.id, [])
    results.draw(client, run, files)
    st.html(_line(run, model_name, files) + stand_in.instead(client, run))
    lineage.draw(client, run, keys=keys)
    with st.container(horizontal=True, gap="xsmall"):
        _saves(client, run, files, keys)
        st.button(
            "Use these settings again",
            key=f"{keys}again:{run.id}",
            on_click=_again,
            args=(client, run),
        )
        further.draw(client, run, files, keys=keys)
        keep.button(client, run, files, keys=keys)
    details(client, run, model_name, keys=keys)


def _saves(client: Client, run: Run, files: list[ResultFile], keys: str) -> None:
    """The file as it is kept, and the other forms in which it can be had."""
    for file in files:
        what = f"download-{file.n}" if file.n else "download"
        said = f"Download {file.kind.upper()}" if file.kind else "Download"
        href = safe(client.url(run, what))
        st.html(f'<a class="pg-button" href="{href}" download>{safe(said)}</a>', width="content")
    others = results.forms(client, run, files)
    if others:
        with st.popover("Download as …", key=f"{keys}forms:{run.id}"):
            for form in others:
                st.download_button(
                    form.label,
                    data=lambda form=form: form.make(client, run, files),
                    file_name=f"{run.endpoint}-{run.id[:8]}.{form.suffix}",
                    mime=form.media_type,
                    key=f"{keys}form:{form.suffix}:{run.id}",
                    on_click="ignore",
                )


def _line(run: Run, model_name: str, files: list[ResultFile]) -> str:
    said = [model_name] if model_name else []
    if files and files[0].width:
        said.append(f"{files[0].width} × {files[0].height}")
    if run.price is not None:
        said.append(_price(run, run.price))
    said.append(seconds(run_status.took(run)))
    prompt = f'<p class="pg-prompt">{safe(clip(words.name(run), 300))}</p>'
    mark = '<span class="pg-mark">Sandbox</span> ' if run.profile == "sandbox" else ""
    return f'{prompt}<p class="pg-small">{mark}{safe(" · ".join(said))}</p>'


def _price(run: Run, price: Decimal) -> str:
    """What it cost, beside the quote where that was another price."""
    if price == run.quote:
        return money.paid(price, run.price_estimated)
    now, quoted = money.prices(price, run.quote)
    return f"{money.marked(now, run.price_estimated)}, quoted {quoted}"


def details(client: Client, run: Run, model_name: str, *, keys: str = "") -> None:
    """Everything there is to know, in the API's own names; drawn only while it is open."""
    box = st.expander("Details", key=f"{keys}details:{run.id}", on_change="rerun", type="compact")
    if not box.open:
        return
    with box:
        rows = "".join(
            f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>"
            for name, value in _facts(client, run, model_name)
        )
        st.html(f'<dl class="pg-facts">{rows}</dl>')
        st.caption("Settings as deAPI got them")
        st.code(
            json.dumps(run.params, indent=2, ensure_ascii=False), language="json", wrap_lines=True
        )


def _facts(client: Client, run: Run, model_name: str) -> list[tuple[str, str]]:
    found = [
        ("Request id", run.request_id or "none: deAPI has not taken it"),
        ("Endpoint", run.endpoint),
        ("Model", f"{model_name} ({run.model})"),
        ("Started", clock.second(run.created_at)),
        ("Took", seconds(run_status.took(run))),
        ("Quoted", money.price(run.quote, 6)),
    ]
    if run.price is not None:
        found.append(("Paid", money.paid(run.price, run.price_estimated, 6)))
        if run.price > run.reserved:
            found.append(("Above what was held", money.price(run.price - run.reserved, 6)))
    found += [
        (f"File {file.n + 1}", _file(file)) for file in client.results([run.id]).get(run.id, [])
    ]
    if run.error and (why := errors.reason(run.error)):
        found.append((str(run.error.get("kind", "Error")), why))
    return found


def _file(file: ResultFile) -> str:
    pixels = f", {file.width} × {file.height} pixels" if file.width else ""
    return f"{file.media_type}, {size(file.size)}{pixels}"


def _again(client: Client, run: Run) -> None:
    state.use_again(client, run)
    st.rerun()
