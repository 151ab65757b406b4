"""Figures as tiles and cells of a page, built in Python: a dashboard holds hundreds of them."""

from __future__ import annotations

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lianglin.indicators import rates
from lianglin.indicators.values.queries import Target
from lianglin.indicators.views.showing import Shown, address
from lianglin.kit.markup import fill
from lianglin.kit.signs import status

Goals = dict[str, Target]
"""Indicator code -> the goal that counts for the place and month."""


def is_few(shown: Shown) -> bool:
    """Whether a rate rests on too few to be shown as one; its two counts stand alone then."""
    return (
        shown.amount is not None
        and shown.indicator.unit == "percent"
        and not rates.is_rate(shown.counts, settings.RATE_BASE)
    )


def told(shown: Shown) -> str:
    """The value in words, with its unit where it has a sign; a dash where there is no base or too small a one."""
    if shown.amount is None or is_few(shown):
        return "–"
    return f"{shown.amount}%" if shown.indicator.unit == "percent" else str(shown.amount)


def cell(shown: Shown) -> SafeString:
    """A value over its two counts, as in a table."""
    if shown.counts.denominator is None or shown.amount is None:
        return fill("%s", told(shown))
    both = f"{shown.counts.numerator} / {shown.counts.denominator}"
    return fill('%s<br><span class="muted small">%s</span>', told(shown), both)


def interval(shown: Shown) -> str:
    """Wilson's 95 % interval of a rate in words; "" for what is none."""
    if shown.indicator.unit != "percent" or shown.counts.denominator is None or is_few(shown):
        return ""
    found = rates.wilson(shown.counts.numerator, shown.counts.denominator)
    return _("95 %% interval %(low)s–%(high)s %%") % {"low": found[0], "high": found[1]} if found else ""


def goal_words(shown: Shown, goal: Target) -> str:
    """The goal, with the side that meets it."""
    amount = f"{goal.amount:g}{'%' if shown.indicator.unit == 'percent' else ' ' + shown.unit}"
    return (_("goal: at most %(goal)s") if goal.better == "down" else _("goal: at least %(goal)s")) % {
        "goal": amount
    }


def goal_tag(shown: Shown, goal: Target) -> SafeString:
    """Met or not, as word and shape; nothing is judged on too few."""
    met = None if is_few(shown) else goal.is_met(shown.amount)
    if met is None:
        return status(_("no base yet"), "plain")
    return status(_("goal met"), "good") if met else status(_("goal not met"), "warn")


def goal_line(shown: Shown, goal: Target | None) -> SafeString:
    """The goal of a tile: what it is, met or not, since when it stands."""
    if goal is None:
        return SafeString("")
    since = _("since %(month)s") % {"month": f"{goal.since:%Y-%m}"} if goal.since else ""
    return fill(
        '<p class="stat__pair">%s %s%s</p>',
        goal_words(shown, goal),
        goal_tag(shown, goal),
        fill(' <span class="stat__goal">%s</span>', since) if since else "",
    )


def _bar(shown: Shown, goal: Target | None) -> SafeString:
    if shown.indicator.unit != "percent" or shown.amount is None or is_few(shown):
        return SafeString("")
    width = max(0.0, min(100.0, float(shown.amount)))
    mark = fill('<rect class="goal" x="%s" width="1" height="10"></rect>', goal.amount) if goal else ""
    return fill(
        '<svg class="stat__bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="10" rx="2"></rect>'
        '<rect class="fill" width="%s" height="10" rx="2"></rect>%s</svg>',
        width,
        mark,
    )


def _pair(shown: Shown) -> SafeString:
    if shown.counts.denominator is None or shown.amount is None:
        return SafeString("")
    both = _("%(n)s of %(d)s") % {"n": shown.counts.numerator, "d": shown.counts.denominator}
    more = interval(shown)
    if is_few(shown):
        more = _("fewer than %(least)s: no rate") % {"least": settings.RATE_BASE}
    return fill('<p class="stat__pair">%s%s</p>', both, fill(" · %s", more) if more else "")


def before_words(shown: Shown) -> str:
    """Last year's value with its counts, and the change."""
    if shown.before is None:
        return ""
    both = ""
    if shown.before.denominator is not None:
        both = f" ({shown.before.numerator} / {shown.before.denominator})"
    sign = "%" if shown.indicator.unit == "percent" and shown.before_amount != "–" else ""
    return _("a year ago %(value)s, change %(change)s") % {
        "value": f"{shown.before_amount}{sign}{both}",
        "change": shown.change,
    }


def tile(shown: Shown, goal: Target | None, more: str) -> SafeString:
    """A figure of the dashboard: value, both counts, interval, goal, last year; ``more`` is the page of the figure."""
    value = told(shown)
    sign = "" if shown.indicator.unit == "percent" or value == "–" else shown.unit
    opened = _("%(label)s: open the cases behind it") % {"label": shown.indicator.label}
    year = before_words(shown)
    return fill(
        '<div class="stat"><p class="stat__label">%s</p><a class="stat__value" href="%s"><span>%s'
        '<span class="stat__unit">%s</span></span><span class="vh">%s</span></a>%s%s%s%s'
        '<details class="disclosure"><summary>%s<span class="vh"> · %s</span></summary><div class="disclosure__body"><p>%s</p>'
        '<p><a href="%s">%s<span class="vh"> · %s</span></a></p></div></details></div>',
        shown.indicator.label, shown.url, value, sign, opened, _bar(shown, goal), _pair(shown), goal_line(shown, goal),
        fill('<p class="stat__pair">%s</p>', year) if year else "", _("How it is counted"), shown.indicator.label,
        shown.indicator.definition, more, _("The figure and its history"), shown.indicator.label,
    )  # fmt: skip


def tiles(shown: list[Shown], goals: Goals, place: str, month: str) -> SafeString:
    """All tiles of a group."""
    made = (
        tile(
            one,
            goals.get(one.indicator.code),
            address("figure", one.indicator.code, place=place, month=month),
        )
        for one in shown
    )
    return SafeString("".join(made))
