"""The figures of appeals, declared: what is counted, of what, towards which goal (dossier 3.9 and 6.2).

Settled (办结), solved (解决) and satisfied (满意) are three rates with three denominators. The goal of 95 % is the
requirement's (R058). :mod:`lianglin.appeals.queries.figures` computes them.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import Dimension, Indicator, RowServed

_FIGURES, _RATES = "lianglin.appeals.queries.figures", "lianglin.appeals.queries.rates"
_KEPT = "lianglin.appeals.queries.left_out"
_SUPERVISION = "lianglin.appeals.queries.supervision_figures"
_COUNTED = (
    "received",
    "handled_again",
    "repeated",
    "ownerless",
    "settled",
    "on_time",
    "solved",
    "solved_rate",
    "satisfied",
    "reached",
    "overdue",
)
"""Figures that are counted over any span of days, and in parts."""
DIMENSIONS = (
    Dimension("channel", _("channel"), f"{_RATES}:channels"),
    Dimension("field", _("field"), f"{_RATES}:fields"),
    Dimension("class", _("class"), f"{_RATES}:classes"),
    Dimension("item", _("item"), f"{_RATES}:items"),
    Dimension("appellant", _("kind of appellant"), f"{_RATES}:appellants"),
    Dimension("unit", _("responsible unit"), f"{_RATES}:units", interval=True),
)
_IN_PARTS: dict[str, Any] = {"counts": f"{_RATES}:counts", "dimensions": DIMENSIONS}


def _figure(
    code: str, label: Any, definition: Any, unit: Any = "cases", kind: Any = "flow", **more: Any
) -> Indicator:
    given = {"cells": f"{_KEPT}:cells", "rows": f"{_FIGURES}:rows", "duty": "appeals.read", **more}
    if code in _COUNTED:
        given |= _IN_PARTS
    return Indicator(f"appeals.{code}", label, definition, unit, kind, **given)


def _parts(code: str, label: Any, definition: Any, members: str, **more: Any) -> Indicator:
    return _figure(code, label, definition, members=f"{_FIGURES}:{members}", people=True, **more)


INDICATORS = (
    _figure(
        "received",
        _("Appeals received"),
        _("Appeals opened in the month through every channel, whatever became of them."),
        people=True,
        r_rows=("R049",),
        numerator_label=_("appeals received"),
    ),
    _figure(
        "responded",
        _("Response rate"),
        _(
            "Appeals received in the period and dispatched whose unit acted within one working day of the first "
            "dispatch (urgent ones: one hour), of those that were dispatched and whose day is over or whose unit has "
            "acted. Acting is what the platform records: taken on, answered, or sent back with reasons. Not accepted, "
            "passed on, merged and withdrawn appeals do not count."
        ),
        "percent",
        cells="",
        rows="",
        better="up",
        r_rows=("R110",),
        numerator_label=_("acted on in time"),
        denominator_label=_("dispatched"),
        rest_label=_("acted on late or not yet"),
        published=False,
        **_IN_PARTS,
    ),
    _figure(
        "settled",
        _("Settled rate"),
        _(
            "Appeals settled by the end of the month, of those that fell due in it. Settled: the "
            "dispatcher accepted the answer, or the matter was answered on the spot. An appeal falls due "
            "when the limit of its last dispatch ends (extensions included); it counts in that month, or "
            "in the month it was settled if that was earlier. Not counted and shown apart: not accepted, "
            "passed on, merged as the same person's repeat, withdrawn. One that is handled together with another "
            "person's counts by its own limit. Not yet counted: what waits lawfully."
        ),
        "percent",
        target=95.0,
        better="up",
        r_rows=("R058",),
        numerator_label=_("settled"),
        denominator_label=_("fell due"),
        rest_label=_("due, not settled by then"),
    ),
    _figure(
        "on_time",
        _("Settled on time"),
        _("Appeals settled before their limit ended, of the same appeals as in the settled rate."),
        "percent",
        better="up",
        r_rows=("R050",),
        numerator_label=_("settled on time"),
        denominator_label=_("fell due"),
        rest_label=_("late or not settled"),
    ),
    _figure(
        "solved",
        _("Appeals solved, in all"),
        _(
            "Appeals whose appellant said “solved” in the last valid call-back or on the page, added up "
            "over all months until the end of this one. “Partly solved” does not count."
        ),
        kind="cumulative",
        people=True,
        better="up",
        r_rows=("R057",),
        numerator_label=_("appeals solved"),
    ),
    _figure(
        "solved_rate",
        _("Solved rate"),
        _(
            "Call-backs of the month in which the appellant said “solved”, of the valid ones: the "
            "appellant was reached by telephone or answered on the page. “Partly solved” does not count as"
            " solved. An appeal that was handled again is called back again, and counts again."
        ),
        "percent",
        people=True,
        better="up",
        r_rows=("R057",),
        numerator_label=_("said “solved”"),
        denominator_label=_("valid call-backs"),
        rest_label=_("said “partly” or “not solved”"),
    ),
    _figure(
        "satisfied",
        _("Satisfied rate"),
        _(
            "Call-backs of the month that carry one of the top three of the five grades, of the valid ones"
            " that carry a grade. Those who gave no grade count nowhere."
        ),
        "percent",
        people=True,
        better="up",
        numerator_label=_("graded 3 to 5"),
        denominator_label=_("graded call-backs"),
        rest_label=_("graded 1 or 2"),
    ),
    _figure(
        "reached",
        _("Call-back reach rate"),
        _(
            "Calls of the month in which somebody was reached, of the calls made. Answers on the page are "
            "no calls."
        ),
        "percent",
        better="up",
        numerator_label=_("reached"),
        denominator_label=_("calls made"),
        rest_label=_("not reached"),
    ),
    _figure(
        "response",
        _("Median response"),
        _(
            "Half of the appeals received in the month were dispatched, answered on the spot, passed on or"
            " refused with reasons within so many office hours of their receipt. Merged and withdrawn "
            "appeals do not count; those still without a response are in the second count only. Computed "
            "anew for each place, never added up."
        ),
        "hours",
        cells="",
        rows="",
        at_level="lianglin.appeals.queries.response:medians",
        over_span="lianglin.appeals.queries.response:median",
        better="down",
        numerator_label=_("with a response"),
        denominator_label=_("appeals received"),
    ),
    _figure(
        "overdue",
        pgettext_lazy("indicator", "Overdue"),
        _(
            "Appeals in any stage whose limit had passed at the end of the month (in the running month: at"
            " the data time) and which had not left that stage. Lawfully waiting appeals do not count."
        ),
        kind="stock",
        better="down",
        r_rows=("R051",),
        numerator_label=_("overdue"),
    ),
    _figure(
        "handled_again",
        _("Handled again"),
        _(
            "Appeals received in the month that were settled or closed and then handled again, of all "
            "received in the month."
        ),
        "percent",
        better="down",
        r_rows=("R061",),
        numerator_label=_("handled again"),
        denominator_label=_("appeals received"),
        rest_label=_("never handled again"),
    ),
    _figure(
        "repeated",
        _("Repeats"),
        _(
            "Appeals received in the month that were put together with an earlier one of the same matter, of all "
            "received in the month; a person decides that they are the same."
        ),
        "percent",
        better="down",
        r_rows=("R061",),
        numerator_label=_("put together"),
        denominator_label=_("appeals received"),
        rest_label=_("by themselves"),
    ),
    _figure(
        "ownerless",
        _("Without an owner for too long"),
        _(
            "Appeals received in the month that no unit was responsible for within the limit until dispatch (one working "
            "day; urgent ones one hour): neither ordered from a unit nor answered, passed on or refused. The promise is none."
        ),
        better="down",
        r_rows=("R110",),
        numerator_label=_("without an owner for too long"),
    ),
    _parts(
        "by_channel",
        _("Received by channel"),
        _("Appeals received in the month by the channel through which they came."),
        "channels",
        r_rows=("R049",),
    ),
    _parts(
        "by_field",
        _("Received by field"),
        _("Appeals received in the month by the field of their item in the catalogue."),
        "fields",
        r_rows=("R046",),
    ),
    _parts(
        "by_appellant",
        _("Received by kind of appellant"),
        _("Appeals received in the month from residents, from businesses, and without a name."),
        "appellants",
        r_rows=("R047",),
    ),
    _parts(
        "ended_otherwise",
        _("Ended otherwise"),
        _(
            "Appeals received in the month that ended as not accepted, passed on, merged or withdrawn. "
            "They are in no settled rate, and stand here so that nothing disappears."
        ),
        "otherwise",
        r_rows=("R058",),
    ),
    _figure(
        "supervised",
        _("Late and supervised"),
        _(
            "Appeals that fell due in the month and were not settled by their limit, whose unit was put under "
            "supervision for it, of all such appeals. An order counts from the day the unit was told."
        ),
        "percent",
        cells=f"{_SUPERVISION}:cells",
        rows=f"{_SUPERVISION}:rows",
        r_rows=("R051",),
        numerator_label=_("put under supervision"),
        denominator_label=_("past their limit"),
        rest_label=_("late without an order"),
        published=False,
    ),
    _figure(
        "supervision_orders",
        _("Orders of supervision by kind"),
        _(
            "Orders of supervision about a matter that units were given in the month, by kind: reminder, pressing order, "
            "summons to a talk, circular."
        ),
        "objects",
        cells=f"{_SUPERVISION}:cells",
        rows="",
        members=f"{_SUPERVISION}:kinds",
        r_rows=("R051",),
        published=False,
    ),
    _parts(
        "left_out",
        _("Left out by ruling"),
        _(
            "Matters that a recorded ruling of the month took out of a rate, by that rate: asked for by the unit with a "
            "ground, ruled by somebody else. They are in neither count of the rate, and stand here."
        ),
        "left_out_of",
        published=False,
        r_rows=("R058",),
    ),
    _parts(
        "by_item",
        _("Received by item"),
        _(
            "Appeals received in the month by item of the catalogue; the items of a sample catalogue are a"
            " proposal."
        ),
        "items",
        published=False,
        compared="lianglin.appeals.queries.kinship:compared_parts",
        r_rows=("R048",),
    ),
)

_DASHBOARD, _PARTS = "indicators:dashboard", "indicators:parts"
ROWS = (
    RowServed("R046", _PARTS, "appeals.by_field"),
    RowServed("R047", _PARTS, "appeals.by_appellant"),
    RowServed("R048", _PARTS, "appeals.by_item"),
    RowServed("R049", _PARTS, "appeals.by_channel"),
    RowServed("R050", _DASHBOARD, "appeals.on_time"),
    RowServed("R051", "appeals:supervision", "appeals.supervised"),
    RowServed("R057", _DASHBOARD, "appeals.solved"),
    RowServed("R058", _DASHBOARD, "appeals.settled"),
    RowServed("R110", _DASHBOARD, "appeals.ownerless"),
    RowServed("R041", "appeals:problems"),  # the campaign itself: one case, one class, one field, told back
)
"""The rows of the requirement that these figures serve, and what is not there yet."""
