"""The figures of problem classes, projects and what they cover, declared (R059-R061, R113)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import Indicator, RowServed

_HERE = "lianglin.appeals.queries.problem_figures"


def _figure(
    code: str, label: Any, definition: Any, unit: Any = "objects", kind: Any = "flow", **more: Any
) -> Indicator:
    given = {
        "cells": f"{_HERE}:cells",
        "rows": f"{_HERE}:rows",
        "duty": "appeals.read",
        "published": False,
        **more,
    }
    return Indicator(f"appeals.{code}", label, definition, unit, kind, **given)


_CAMPAIGNS = "lianglin.appeals.queries.campaign_figures"
INDICATORS = (
    _figure(
        "campaign_seasons",
        _("Campaigns: this season beside the last"),
        _(
            "Appeals on the topics of campaigns on the days of this season that lie in the month and are over, of those on "
            "the same days of the season before: under 100 there are fewer. Campaigns with two seasons on record; repeats "
            "by the same telephone and withdrawn reports do not count; an appeal on two topics counts once."
        ),
        "percent",
        cells=f"{_CAMPAIGNS}:cells",
        rows=f"{_CAMPAIGNS}:rows",
        better="down",
        r_rows=("R043",),
        numerator_label=_("this season"),
        denominator_label=_("the season before"),
    ),
    _figure(
        "problems_found",
        _("Problem classes found"),
        _(
            "Problem classes put together in the month: from the nightly search, from ticked appeals, by hand."
        ),
        r_rows=("R060",),
        numerator_label=_("problem classes"),
    ),
    _figure(
        "problems_confirmed",
        _("Problem classes confirmed"),
        _("Problem classes that a second person confirmed in the month."),
        r_rows=("R060",),
        numerator_label=_("problem classes"),
    ),
    _figure(
        "problems_measured",
        _("Confirmed classes with a measure"),
        _(
            "Problem classes confirmed in the month that have a measure by now (a rule, a project, a campaign), of those confirmed."
        ),
        "percent",
        better="up",
        r_rows=("R060", "R061"),
        numerator_label=_("with a measure"),
        denominator_label=pgettext_lazy("figure", "confirmed"),
        rest_label=_("without a measure"),
    ),
    _figure(
        "problems_solved",
        _("Problem classes closed with effect, in all"),
        _(
            "Problem classes closed with fewer appeals than in the same season before, beyond chance and beyond the rest of "
            "the city, and closed still; added up over all months until the end of this one. One that is opened again "
            "counts no more."
        ),
        kind="cumulative",
        better="up",
        r_rows=("R060",),
        numerator_label=_("closed with effect"),
    ),
    _figure(
        "problem_cases",
        _("Appeals in problem classes"),
        _(
            "Appeals put into a confirmed problem class in the month and in it still; each once, whatever the classes."
        ),
        "cases",
        r_rows=("R061",),
        numerator_label=_("appeals"),
    ),
    _figure(
        "rules_made",
        _("Rules made from problem classes"),
        _(
            "Rules with a document number that a problem class led to, in effect from a day of the month. One that is in "
            "effect later counts in its own month."
        ),
        better="up",
        r_rows=("R052",),
        numerator_label=_("rules"),
    ),
    _figure(
        "projects_delivered",
        _("Projects accepted, in all"),
        _(
            "Projects whose work was accepted by a second person, added up over all months until the end of this one."
        ),
        kind="cumulative",
        better="up",
        r_rows=("R059",),
        numerator_label=_("projects"),
    ),
    _figure(
        "milestones_on_time",
        _("Milestones on time"),
        _(
            "Milestones of approved projects done by the day first promised, of those first promised for the month and due "
            "by now. A milestone that was put off counts by its first day; projects given up do not count."
        ),
        "percent",
        better="up",
        r_rows=("R059", "R113"),
        numerator_label=_("done by the first promise"),
        denominator_label=_("due"),
        rest_label=_("late or not done"),
    ),
)
_DASHBOARD = "indicators:dashboard"
ROWS = (
    RowServed("R043", "appeals:campaigns", "appeals.campaign_seasons"),
    RowServed("R052", "appeals:problems", "appeals.rules_made"),
    RowServed("R059", "appeals:projects", "appeals.projects_delivered"),
    RowServed("R060", "appeals:problems", "appeals.problems_solved"),
    RowServed("R061", _DASHBOARD, "appeals.problem_cases"),
    RowServed("R113", "appeals:projects", "appeals.milestones_on_time"),
)
"""The rows of the requirement that these figures serve."""
