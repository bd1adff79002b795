"""Moments in the time zone of the person who reads them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st


def local(moment: datetime) -> datetime:
    """`moment` where the browser is; in UTC when it doesn't say."""
    try:
        return moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ValueError, OSError):  # a name that this machine has no data for
        return moment.astimezone(UTC)


def hour(moment: datetime) -> str:
    """For what comes within a day: `17:36`."""
    return f"{local(moment):%H:%M}"


def minute(moment: datetime) -> str:
    """To the minute, for lists: `24 Nov 2026, 17:36`."""
    return f"{local(moment):%d %b %Y, %H:%M}"


def second(moment: datetime) -> str:
    """To the second and with its zone, for comparing: `24 Nov 2026, 17:36:11 UTC`."""
    return f"{local(moment):%d %b %Y, %H:%M:%S %Z}"
