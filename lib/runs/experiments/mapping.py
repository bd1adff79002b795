"""Which column of a table goes into which field, and what its texts mean there."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lib.deapi.checks import is_empty
from lib.deapi.field import Field
from lib.runs.experiments.table import Table

TEXTS = frozenset(
    [
        *("prompt", "prompts", "prompttext", "text", "texts", "input", "inputs", "line", "lines"),
        *("sentence", "sentences", "content", "message", "caption", "captions", "description"),
        "idea",
    ]
)
"""What people call a column of texts, as `plainly` says it."""

_TEXT_FIELDS = ("prompt", "text", "input", "caption")
"""What an endpoint calls its text."""
_STEPS = ("step", "inferencesteps", "samplingsteps", "numberofsteps", "numsteps")
_GUIDANCE = ("guidancescale", "cfg", "cfgscale")
_LANGUAGE = ("language", "lang", "langcode", "languagecode")
_FILE = ("file", "files", "filename", "filenames", "path")
_ALSO: Mapping[str, Sequence[str]] = {
    "negative_prompt": ("negative", "negativetext", "neg", "negprompt", "avoid"),
    "seed": ("seeds", "randomseed"),
    "steps": (*_STEPS, "numinferencesteps"),
    "inference_steps": (*_STEPS, "steps", "numinferencesteps"),
    "guidance": _GUIDANCE,
    "guidance_scale": (*_GUIDANCE, "guidance"),
    "fps": ("framerate", "framespersecond"),
    "duration": ("seconds", "length"),
    "lang": _LANGUAGE,
    "language": _LANGUAGE,
    "vocal_language": _LANGUAGE,
    "voice": ("speaker", "voices"),
    "source_url": ("url", "link", "address"),
    **dict.fromkeys(("image", "images"), (*_FILE, "picture", "pictures", "photo", "imagefile")),
    **dict.fromkeys(("first_frame_image", "ref_image"), (*_FILE, "image", "picture", "photo")),
    **dict.fromkeys(("audio", "source_file"), (*_FILE, "audiofile", "recording", "sound")),
    "video": (*_FILE, "videofile", "clip"),
}
"""What else people call a field."""

_NUMBER = re.compile(r"[+-]?([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {
    **dict.fromkeys(("yes", "y", "true", "on", "1"), True),
    **dict.fromkeys(("no", "n", "false", "off", "0"), False),
}


def plainly(name: str) -> str:
    """`name` without what people write differently: case, spaces, underscores, signs."""
    return re.sub(r"[\W_]+", "", name.casefold())


def guess(columns: Iterable[str], field_names: Iterable[str]) -> dict[str, str]:
    """Column → the field that it most likely is meant for; a field has one column at most."""
    columns, names = list(columns), list(field_names)
    main = next((each for each in _TEXT_FIELDS if each in names), None)
    also = {name: {*_ALSO.get(name, ()), *(TEXTS if name == main else ())} for name in names}
    found: dict[str, str] = {}
    # What is called just like a field goes before what people call so too.
    for wanted in ({name: {plainly(name)} for name in names}, also):
        for column in columns:
            free = (each for each in names if each not in found.values())
            field = next((each for each in free if plainly(column) in wanted[each]), None)
            if field is not None and column not in found:
                found[column] = field
    return found


def mapped(table: Table, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    """What each row gives to the fields, as text; `mapping` is column → field. What is empty is
    left out."""
    return [
        {field: row[column] for column, field in mapping.items() if not is_empty(row[column])}
        for row in table.rows
    ]


def typed(field: Field, text: str) -> Any:
    """What `text` is to `field`; what it can't be stays text, for `fields.check` to judge."""
    match field.kind:
        case "integer" | "number":
            return _number(field, text)
        case "boolean":
            return _BOOLEANS.get(text.strip().casefold(), text)
        case "choice":
            return _choice(field, text)
        case "texts":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "text" | "loras" | "file" | "files":
            return text


def _number(field: Field, text: str) -> Any:
    told = text.strip()
    if not _NUMBER.fullmatch(told):
        return text
    if field.kind == "integer" and told.lstrip("+-").isdecimal():
        return int(told)  # exact, also where a float is not
    value = float(told)
    if not math.isfinite(value):
        return text
    return int(value) if field.kind == "integer" and value.is_integer() else value


def _choice(field: Field, text: str) -> Any:
    """By value as written, then by value or title whatever the case."""
    told = text.strip()
    values = {str(each): each for each in field.choices}
    if told in values:
        return values[told]
    titles = {title: each for each, title in field.titles.items()}
    anyhow = {name.casefold(): each for name, each in {**titles, **values}.items()}
    return anyhow.get(told.casefold(), text)
