"""What came of a run: large, with everything that can be done with it."""

import json

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.deapi.media import BadMedia
from lib.store import ResultFile, Run, StoreError
from lib.ui import errors, money, run_status, state, words
from lib.ui.plain import clip, safe, seconds, size
from lib.ui.session import Client


def draw(client: Client, run: Run, model_name: str, *, keys: str = "") -> None:
    """The result of a `done` run. `keys` tells its widgets from those of another drawing of it."""
    files = client.results([run.id]).get(run.id, [])
    st.html(f"{picture(client, run, files)}{_line(run, model_name, files)}")
    with st.container(horizontal=True, gap="xsmall"):
        if files:
            href = safe(client.url(run, "download"))
            st.html(f'<a class="pg-button" href="{href}" download>Download</a>', width="content")
        st.button(
            "Use these settings again",
            key=f"{keys}again:{run.id}",
            on_click=_again,
            args=(client, run),
        )
        if files and run.thumb:
            for at, param in state.takers():
                st.button(
                    words.endpoint(at.id).take,
                    key=f"{keys}take:{at.id}:{run.id}",
                    on_click=_take,
                    args=(client, run, at, param),
                )
    details(client, run, model_name, keys=keys)


def picture(client: Client, run: Run, files: list[ResultFile]) -> str:
    """The picture as HTML, its place kept free while it loads."""
    if not files:
        return '<p class="pg-small">Its file is no longer here.</p>'
    file = files[0]
    shape = f' width="{file.width}" height="{file.height}"' if file.width and file.height else ""
    source = safe(client.url(run, "result"))
    alt = safe(clip(words.name(run), 200))
    return (
        f'<div class="pg-picture"><a href="{source}" target="_blank" rel="noopener"'
        f' aria-label="Open in full size"><img src="{source}"{shape} alt="{alt}"></a></div>'
    )


def _line(run: Run, model_name: str, files: list[ResultFile]) -> str:
    said = [model_name]
    if files and files[0].width:
        said.append(f"{files[0].width} × {files[0].height}")
    if run.price is not None:
        said.append(money.price(run.price) + (" (estimated)" if run.price_estimated else ""))
    said.append(seconds(run_status.took(run)))
    prompt = f'<p class="pg-prompt">{safe(clip(words.name(run), 300))}</p>'
    mark = '<span class="pg-mark">Sandbox</span> ' if run.profile == "sandbox" else ""
    return f'{prompt}<p class="pg-small">{mark}{safe(" · ".join(said))}</p>'


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
        ("Started", f"{run.created_at:%d %b %Y, %H:%M:%S} UTC"),
        ("Took", seconds(run_status.took(run))),
        ("Quoted", money.price(run.quote, 6)),
    ]
    if run.price is not None:
        found.append(("Paid", money.price(run.price, 6)))
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


def _take(client: Client, run: Run, at: Endpoint, param: str) -> None:
    try:
        state.open_form(at, {param: client.result_as_upload(run.id)})
    except (BadMedia, StoreError) as error:
        st.toast(safe(error))
    except (KeyError, OSError):
        st.toast("Its file is no longer here.")
    st.rerun()
