"""What a result can be the input of, without a download and an upload: read from the contract."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from lib.deapi import transcripts
from lib.deapi.contract import Endpoint, Media, Param, Result, endpoint
from lib.deapi.media import BadMedia
from lib.store import ResultFile, Run, StoreError
from lib.ui import errors, inputs, state, words
from lib.ui.plain import label
from lib.ui.session import Client

SHOWN = 3
"""So many stand beside each other; the rest is under "More"."""

MEDIA: Mapping[Result, Media] = {"image": "image", "video": "video", "audio": "audio"}
"""What the file of a result is to those that take files."""
TEXTS: frozenset[Result] = frozenset({"text", "transcript"})
"""Results whose text may be the text of another run."""


@dataclass(frozen=True, slots=True)
class Taker:
    """An endpoint that takes this as its parameter `param`; `label` says so on a button."""

    at: Endpoint
    param: Param
    label: str

    def values(self, given: object) -> dict[str, object]:
        """The values of a form that begins with `given`, whether it takes one file or several."""
        return with_twin(self.at, self.param.name, given)


def with_twin(at: Endpoint, name: str, given: object) -> dict[str, object]:
    """`given` as the value of `name`, and of the parameter that takes one file instead of several
    or several instead of one: which of them a form shows depends on its model."""
    twin = at.twin(name)
    if twin is None:
        return {name: given}
    some = given if isinstance(given, list) else [given] if given is not None else []
    one, several = (name, twin.name) if twin.type == "file[]" else (twin.name, name)
    return {one: next(iter(some), None), several: some}


def takers(media: Media) -> tuple[Taker, ...]:
    """Who takes a file of `media`, in the order of the pages; each as one thing it is good for."""
    found = {
        (at.id, said): Taker(at, param, said)
        for at in _endpoints()
        for param in at.files
        if _takes(param, media) and (said := words.take(at.id, param.name))
    }
    return tuple(found.values())


def readers() -> tuple[Taker, ...]:
    """Who takes a text as what it works on, in the order of the pages."""
    found = ((at, text_param(at), words.take_text(at.id)) for at in _endpoints())
    return tuple(Taker(at, param, said) for at, param, said in found if param and said)


def draw(client: Client, run: Run, files: list[ResultFile], *, keys: str = "") -> None:
    """A button for each that takes the result of `run`, where it is drawn."""
    result = endpoint(run.endpoint).result
    media = MEDIA.get(result)
    if not files:
        found: tuple[Taker, ...] = ()
    elif media is not None and files[0].media_type.startswith(f"{media}/"):
        found = tuple(each for each in takers(media) if fits(each.param, files[0]))
    else:
        found = readers() if result in TEXTS else ()
    for each in found[:SHOWN]:
        _button(client, run, files[0], each, keys)
    if len(found) > SHOWN:
        with st.popover("More …", key=f"{keys}more:{run.id}"):
            for each in found[SHOWN:]:
                _button(client, run, files[0], each, keys)


def _button(client: Client, run: Run, file: ResultFile, taker: Taker, keys: str) -> None:
    st.button(
        taker.label,
        key=f"{keys}take:{taker.at.id}:{taker.param.name}:{run.id}",
        on_click=_take,
        args=(client, run, file, taker),
    )


def _take(client: Client, run: Run, file: ResultFile, taker: Taker) -> None:
    try:
        state.open_form(taker.at, taker.values(_value(client, run, file, taker.param)))
    except (BadMedia, StoreError) as error:
        st.toast(label(str(error)))
    except (KeyError, FileNotFoundError):
        st.toast("Its file is no longer here.")
    except OSError:
        st.toast(errors.advice({"kind": "OSError"}).sentence)


def _value(client: Client, run: Run, file: ResultFile, param: Param) -> object:
    """The result as `param` takes it. Raises as `Client.result_as_upload`."""
    if param.media is None:
        content = client.text(run.id, file)
        if content is None:
            raise FileNotFoundError
        return as_given(param, transcripts.parse(content).text)
    return client.result_as_upload(run.id, param.media)


def as_given(param: Param, text: str) -> str | list[str]:
    """A text as the value of `param`, which may take its lines one by one."""
    return inputs.lines(text) if param.type == "string|array" else text


def _endpoints() -> list[Endpoint]:
    return [at for family in words.FAMILIES for at in words.family(family)]


def takes(param: Param, result: Result) -> bool:
    """Whether a file of this kind of result is what `param` asks for."""
    media = MEDIA.get(result)
    return media is not None and _takes(param, media)


def _takes(param: Param, media: Media) -> bool:
    sound = media in ("audio", "video")
    return param.media == media or (sound and param.media == "recording")


def text_param(at: Endpoint) -> Param | None:
    """The text that an endpoint cannot do without, if it is a person's own words."""
    return next((param for param in at.params if param.required and is_own_text(param)), None)


def is_own_text(param: Param) -> bool:
    """Whether a person fills it with words of their own."""
    return param.is_own_text


def fits(param: Param, file: ResultFile) -> bool:
    """Whether the file is within what the contract allows there, as far as that is known."""
    length = file.seconds
    return (
        (param.max_bytes is None or file.size <= param.max_bytes)
        and (length is None or param.max_seconds is None or length <= param.max_seconds)
        and (length is None or param.min_seconds is None or length >= param.min_seconds)
    )
