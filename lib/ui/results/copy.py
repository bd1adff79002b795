"""A button that copies a text."""

from pathlib import Path

from streamlit.components.v2 import component

_HERE = Path(__file__).parent

_button = component(
    "copy",
    html='<button type="button" aria-live="polite"></button>',
    css=(_HERE / "copy.css").read_text(),
    js=(_HERE / "clipboard.js").read_text() + (_HERE / "copy.js").read_text(),
)


def draw(text: str, key: str, label: str = "Copy") -> None:
    # Streamlit refuses two underscores in a component's key, and ids may have them.
    _button(key=key.replace("_", "-"), data={"text": text, "label": label}, width="content")
