"""What the domain declares of dispatch: rules and limits, objections, units called in or out, what does not count."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Everything,
    Granted,
    Guard,
    InScope,
    OwnUnit,
    Personal,
    Retention,
    Subject,
)

_WORK, _CLOSED = _("handle what was reported"), _("the case is closed")

GUARDS = (
    *(
        Guard(
            f"appeals.{model}",
            {"staff": Access("SIUD", Everything(), writes=InScope()), "job": Access("S")},
        )
        for model in ("RuleSet", "DispatchRule")
    ),
    Guard(
        "appeals.DispatchTerm",
        {
            "staff": Access("SI", Everything(), writes=InScope()),
            "handler": Access("S"),
            "job": Access("S"),
        },
    ),
    Guard(
        "appeals.StandardText",
        {
            "staff": Access("SIU", Everything(), writes=InScope()),
            "handler": Access("S"),
            "job": Access("S"),
        },
    ),
    Guard("appeals.TermChange", {"staff": Access("SIU", Everything(), writes=InScope()), "job": Access("S")}),
    Guard(
        "appeals.Objection",
        case_roles("case_id", staff="SIU", handler="SI", resident="", job="SU"),
        personal=True,
        neutral=(
            "case",
            "unit",
            "ground",
            "at",
            "ruling",
            "ruled_at",
            "ruled_by",
            "ruled_post",
            "sent_to",
        ),
    ),
    Guard(
        "appeals.WhistleCall",
        {
            "staff": Access("SI", InScope(purpose="handle_case")),
            "handler": Access("S", Granted("appeals.WhistleCall", "id")),
            "job": Access("SU", InScope()),
        },
        personal=True,
        neutral=("case", "street", "called_post", "called_at", "arrive_by"),
    ),
    Guard(
        "appeals.WhistleUnit",
        {
            "staff": Access("SIU", InScope(purpose="handle_case")),
            "handler": Access("SU", OwnUnit("unit_id")),
            "job": Access("SU", InScope()),
        },
        personal=True,
        neutral=("call", "unit", "arrived_at", "answered_at", "warranted", "came", "helped"),
    ),
    Guard(
        "appeals.CoOrder",
        case_roles("case_id", staff="SIU", handler="SU", resident="", job="SU"),
        personal=True,
        neutral=(
            "case",
            "unit",
            "state",
            "ordered_at",
            "ordered_post",
            "due_at",
            "provisional",
            "answered_at",
        ),
    ),
    Guard(
        "appeals.Exclusion",
        case_roles("case_id", staff="SU", handler="SIU", resident="", job="SU"),
        personal=True,
        neutral=(
            "case",
            "figure",
            "ground",
            "state",
            "asked_by",
            "unit",
            "asked_at",
            "ruled_by",
            "ruled_at",
            "objected_at",
            "first_ruled_by",
            "first_ruled_at",
        ),
    ),
)
PERSONAL = (
    *(
        Personal(f"appeals.Exclusion.{column}", label, _WORK, "statutory_duty", "P5Y", _CLOSED, "text")
        for column, label in (
            ("reason", _("why it should not count")),
            ("ruling", _("ruling in words")),
            ("first_ruling", _("first ruling in words")),
            ("objection", _("why the unit disagrees")),
        )
    ),
    *(
        Personal(f"appeals.{column}", label, _WORK, "statutory_duty", "P5Y", _CLOSED, "text")
        for column, label in (
            ("Objection.note", _("what the unit says")),
            ("Objection.reason", _("reason of the ruling")),
            ("CoOrder.task", _("what it is asked to do")),
            ("CoOrder.answer", _("answer")),
            ("WhistleCall.place_text", _("place in words")),
            ("WhistleCall.text", _("what is needed")),
            ("WhistleUnit.answer", _("what was done")),
            ("WhistleUnit.warranted_note", _("why, says the unit")),
            ("WhistleUnit.street_note", _("why, says the street")),
        )
    ),
)
RETENTION = (
    Retention("appeals.Objection", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.CoOrder", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.WhistleCall", "P5Y", "called_at", "tombstone"),
    Retention("appeals.WhistleUnit", "P5Y", "call__called_at", "tombstone"),
    Retention("appeals.Exclusion", "P5Y", "case__closed_at", "tombstone"),
)
SUBJECTS = (
    Subject("appeals.Objection", "case_id", "case"),
    Subject("appeals.CoOrder", "case_id", "case"),
    Subject("appeals.Exclusion", "case_id", "case"),
)
