"""One result of a showcase, large: what was asked for, by which model, at what price."""

from collections.abc import Sequence

import streamlit as st

from lib.deapi import transcripts
from lib.deapi.contract import endpoint
from lib.runs.profiles import SANDBOX
from lib.store import ResultFile, Run, Showcase
from lib.ui import further, money, state, words
from lib.ui.experiment import cell
from lib.ui.plain import clip, safe
from lib.ui.results import TEXT, prompt
from lib.ui.session import Client

_PROMPT = 400
_TEXT = 4_000
_WRITTEN = ("text", "transcript", "prompt")


def draw(
    client: Client, showcase: Showcase, run: Run, files: Sequence[ResultFile], model_name: str
) -> None:
    with st.container(key=f"showcase_tile:{run.id}", gap="xsmall"):
        st.html(
            f'<div class="pg-show">{_result(client, run, files)}'
            f'<p class="pg-show-prompt">{safe(clip(_name(run), _PROMPT))}</p>'
            f'<p class="pg-show-about">{_about(showcase, run, model_name)}</p></div>'
        )
        st.button(
            "Run it again",
            key=f"showcase_again:{run.id}",
            help="Opens its form with these settings. The price stands on its Run button.",
            on_click=_again,
            args=(client, run),
        )


def _name(run: Run) -> str:
    """Its text, else what it does: the name of a file is its person's own."""
    return run.text or words.endpoint(run.endpoint).title


def _result(client: Client, run: Run, files: Sequence[ResultFile]) -> str:
    said = _text(client, run, files)
    if said is not None:
        return f'<div class="pg-words" tabindex="0">{safe(said[:_TEXT] or "(no text)")}</div>'
    return cell.result(client, run, files, clip(_name(run), 120))


def _text(client: Client, run: Run, files: Sequence[ResultFile]) -> str | None:
    """What a written result says; None for one that is seen or heard."""
    kind = endpoint(run.endpoint).result
    if not files or kind not in _WRITTEN or not files[0].media_type.startswith(TEXT):
        return None
    content = client.showcases.text(run, files[0])
    if content is None:
        return None
    written = prompt.parse(content) if kind == "prompt" else None
    return written.prompt if written else transcripts.parse(content).text


def _about(showcase: Showcase, run: Run, model_name: str) -> str:
    said = [model_name] if model_name else []
    if showcase.prices and run.price is not None:
        said.append(money.paid(run.price, run.price_estimated))
    mark = '<span class="pg-mark">Sandbox</span> ' if run.profile == SANDBOX else ""
    return mark + safe(" · ".join(said))


def _again(client: Client, run: Run) -> None:
    """Its form. Of what another person made, it has the model and the words: their files, and
    settings that may say more than the result does, stay theirs."""
    if client.run(run.id) is not None:
        state.use_again(client, run)
        return
    at = endpoint(run.endpoint)
    values: dict[str, object] = {each.name: None for each in at.params if each.role == "value"}
    text = further.text_param(at)
    if text is not None and run.text:
        values[text.name] = further.as_given(text, run.text)
    state.open_form(at, values, run.model)
