"""A press counts as what its person saw on the button, whatever was drawn since."""

from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from streamlit.testing.v1 import AppTest

from lib.ui import priced_button
from lib.ui.state import Press


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this as a file of its own

    from lib.ui import priced_button  # noqa: PLC0415

    presses = st.session_state.setdefault("pressed", [])
    press = st.session_state["draws"]
    can = st.session_state.get("can", True)
    priced_button.draw("it", "Run", press, can=can, key="run:it", on_press=presses.append)


def cost(price: str | None, nonce: str = "first", profile: str = "live") -> Press:
    return Press(profile, nonce, Decimal(price) if price else None, sure=False)


@pytest.fixture
def app() -> AppTest:
    app = AppTest.from_function(script)
    return draw(app, cost("0.002"))


def draw(app: AppTest, press: Press, *, can: bool = True) -> AppTest:
    app.session_state["draws"], app.session_state["can"] = press, can
    return app.run()


def press(app: AppTest, seen: str) -> Press:
    """Press while the browser still shows the face of that number."""
    app.text_input(key="seen:run:it").set_value(seen)
    app.button(key="run:it").click().run()
    return app.session_state["pressed"][-1]


def number(app: AppTest) -> str:
    return app.text_input(key="seen:run:it").value or ""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses has read what stands there."""
    monkeypatch.setattr(priced_button, "READING", 0.0)


@pytest.mark.usefixtures("read")
def test_a_press_means_the_price_profile_and_nonce_that_were_seen(app: AppTest) -> None:
    before = number(app)
    draw(app, cost("0.5", "second", "sandbox"))
    assert press(app, before) == cost("0.002")
    assert press(app, number(app)) == cost("0.5", "second", "sandbox")


def test_a_higher_price_that_came_a_moment_ago_was_not_meant(app: AppTest) -> None:
    with mock.patch.object(priced_button, "READING", 60):
        draw(app, cost(None))
        draw(app, cost("0.5"))
        assert press(app, number(app)).shown == Decimal("0.002")
        draw(app, cost("0.001"))
        assert press(app, number(app)).shown == Decimal("0.001")


def test_another_profiles_price_does_not_hold_a_press_back(app: AppTest) -> None:
    with mock.patch.object(priced_button, "READING", 60):
        draw(app, cost("0.5", profile="sandbox"))
        assert press(app, number(app)).shown == Decimal("0.5")


@pytest.mark.usefixtures("read")
def test_a_face_without_a_price_or_long_gone_orders_at_no_price(app: AppTest) -> None:
    assert press(app, "0").shown is None
    draw(app, cost(None))
    assert press(app, number(app)).shown is None


def test_the_same_face_keeps_its_number(app: AppTest) -> None:
    first = number(app)
    assert number(draw(app, cost("0.002"))) == first
    assert number(draw(app, cost("0.003"))) != first


def test_what_could_be_pressed_once_is_never_disabled_again() -> None:
    app = AppTest.from_function(script)
    button: Any = draw(app, cost(None), can=False).button(key="run:it")
    assert button.disabled
    draw(app, cost("0.002"))
    assert not draw(app, cost(None), can=False).button(key="run:it").disabled
