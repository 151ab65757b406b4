"""Signs that rows and pages are full of: icons, status tags, dates and deadlines, built in Python."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.functional import lazy
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext

from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.markup import fill

TONES = {
    "new": "circle",
    "active": "half",
    "waiting": "pause",
    "good": "check",
    "warn": "clock",
    "bad": "warn",
    "closed": "lock",
    "plain": "",
    "sample": "",
}
"""Tone of a status tag -> the shape drawn beside the word (never colour alone)."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# -- icons and status ------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _icon(url: str, name: str, css: str) -> SafeString:
    return fill(
        '<svg class="icon%s" aria-hidden="true" focusable="false"><use href="%s#%s"></use></svg>',
        f" {css}" if css else "",
        url,
        name,
    )


def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "phone" %}`: a decorative icon of `static/kit/icons.svg`; the word beside it says it."""
    return _icon(_sprite(settings.STORAGES["staticfiles"]["BACKEND"]), name, css) if name else SafeString("")


@cache
def _sprite(storage: str) -> str:
    """Address of the drawings under this static storage; looked up once, not ninety times a page."""
    return static("kit/icons.svg")


def status(label: str, tone: str = "plain") -> SafeString:
    """`{% status case.state_label "active" %}`: word, colour and shape. Tones are the keys of `TONES`.

    An unknown tone is shown as "plain" rather than breaking a list.
    """
    known = tone if tone in TONES else "plain"
    return _status(str(label), known, icon(TONES[known]))


@lru_cache(maxsize=512)
def _status(label: str, tone: str, drawing: SafeString) -> SafeString:
    return fill('<span class="tag tag--%s">%s%s</span>', tone, drawing, capfirst(label))


# -- dates -----------------------------------------------------------------------------------------


def _is_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def local_dt(value: dt.datetime | dt.date | None, style: str = "full") -> str:
    """An aware datetime in Asia/Shanghai, or a date, in words of the current language.

    Styles: "full" 2026年11月24日 14:05 / 24 Nov 2026, 14:05 · "date" without the time ·
    "short" 11月24日 14:05 / 24 Nov, 14:05 · "day" 11月24日 / 24 Nov, both with the year where it is another one than
    today's · "time" 14:05. None gives "".
    """
    if value is None or value == "":
        return ""
    hour = ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(CITY_ZONE)
        hour = f"{value.hour:02d}:{value.minute:02d}"
        if style == "time":
            return hour
    if style in ("date", "day"):
        hour = ""
    with_year = style in ("full", "date") or value.year != clock.today().year
    if _is_chinese():
        day = f"{value.year}年{value.month}月{value.day}日" if with_year else f"{value.month}月{value.day}日"
        return f"{day} {hour}" if hour else day
    day = f"{value.day} {_MONTHS[value.month - 1]}" + (f" {value.year}" if with_year else "")
    return f"{day}, {hour}" if hour else day


local_dt_lazy = lazy(local_dt, str)
"""The same, spoken when it is read: for messages, which are written in every language at once."""


def when(value: dt.datetime | dt.date | None, style: str = "full") -> SafeString:
    """`{% when case.opened_at "short" %}`: `local_dt` inside `<time datetime>`; empty for None."""
    if value is None or value == "":
        return SafeString("")
    return fill('<time datetime="%s">%s</time>', value.isoformat(), local_dt(value, style))


def deadline(value: int | dt.timedelta | None) -> SafeString:
    """What is left of a promise, as a tag with word, colour and shape.

    An int counts working days left (0 = due today, negative = overdue); a timedelta is clock time left, for
    urgent items that run day and night. None means that no limit applies and gives an empty string.
    """
    if value is None or value == "":
        return SafeString("")
    if isinstance(value, dt.timedelta):
        return _time_left(value)
    tone = "bad" if value < 0 else "warn" if value <= 1 else "plain"
    return status(_days_left(get_language(), value), tone)


@lru_cache(maxsize=512)
def _days_left(_language: str | None, value: int) -> str:
    if value < 0:
        days = -value
        return ngettext("%(n)d working day overdue", "%(n)d working days overdue", days) % {"n": days}
    if value == 0:
        return gettext("Due today")
    return ngettext("%(n)d working day left", "%(n)d working days left", value) % {"n": value}


def _time_left(left: dt.timedelta) -> SafeString:
    late = left < dt.timedelta(0)
    minutes = int(abs(left).total_seconds() // 60)
    hours = minutes // 60
    if hours >= 48:
        days = hours // 24
        text = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    elif hours:
        text = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    else:
        text = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if late:
        return status(gettext("%(span)s overdue") % {"span": text}, "bad")
    tone = "warn" if hours < 4 else "plain"
    return status(gettext("%(span)s left") % {"span": text}, tone)
