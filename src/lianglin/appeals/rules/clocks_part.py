"""The part of the manifest about limits, supervision, call-backs and petitions: guards, duties, columns, what is kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.appeals.rules.petition import LIFECYCLE as PETITION
from lianglin.appeals.rules.remedy import LIFECYCLE as REMEDY
from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Duty,
    Everything,
    Guard,
    InScope,
    NavItem,
    OwnUnit,
    Personal,
    Retention,
    Subject,
    WorkList,
)

ALL = ("staff", "handler", "helper", "resident", "public", "job")
_WORK, _CLOSED, _ENDED = _("handle what was reported"), _("the case is closed"), _("the order ended")
_HEAR = _("call the appellant back")
_IN_AREA = InScope(purpose="handle_case")

DUTIES = (
    Duty("appeals.supervise", _("order supervision of units: remind, press")),
    Duty("appeals.summon", _("summon units to a talk, name them in a circular")),
    Duty("appeals.petition", _("register petitions, accept and answer them")),
    Duty("appeals.review_petition", _("review petitions, approve extensions of their answer")),
    Duty("appeals.provisions", _("propose limits and thresholds")),
    Duty("appeals.approve_provisions", _("approve limits and thresholds as the second person")),
)
STREET = ("appeals.supervise", "appeals.petition")
DISTRICT = (
    "appeals.petition",
    "appeals.review_petition",
    "appeals.supervise",
    "appeals.summon",
    "appeals.provisions",
    "appeals.approve_provisions",
)

GUARDS = (
    Guard(
        "appeals.Provision",
        {role: Access("S") for role in ALL} | {"staff": Access("SIU", Everything(), writes=InScope())},
    ),
    Guard(
        "appeals.SupervisionOrder",
        {
            "staff": Access("SIU", _IN_AREA),
            "handler": Access("SU", OwnUnit("told_id")),
            "job": Access("SU", InScope()),
        },
        personal=True,
        neutral=(
            "case", "unit", "told", "kind", "ground", "state", "by_rule", "for_due_at", "meeting_at", "meeting_place",
            "made_at", "made_post", "issuer", "issued_at", "due_at", "provisional", "answered_at", "ended_at", "sample",
        ),
    ),
    Guard(
        "appeals.SupervisionStep",
        {
            "staff": Access("SI", _IN_AREA),
            "handler": Access("SI", OwnUnit("told_id")),
            "job": Access("SU", InScope()),
        },
        personal=True,
        neutral=("order", "told", "move", "at", "post", "organisation"),
    ),
)  # fmt: skip
GUARDS += (
    Guard(
        "appeals.CallPlan",
        case_roles("case_id", staff="SIU", handler="", resident="", job="SUD"),
        personal=True,
        neutral=("caller", "held_until", "next_at"),
    ),
    Guard(
        "appeals.CallLink",
        {"job": Access("SIUD", InScope())},
        personal=True,
        neutral=("case", "digest", "made_at", "expires_at", "used_at"),
    ),
    Guard(
        "appeals.Petition",
        case_roles("case_id", staff="SIU", handler="S", resident="S", job="SU"),
        personal=True,
        neutral=("persons", "representatives", "appeal", "extended"),
    ),
    Guard(
        "appeals.Remedy",
        case_roles("case_id", staff="S", handler="S", resident="", job="SIU"),
        personal=True,
        neutral=("of", "graded_at", "unit"),
    ),
)
LIFECYCLES = (REMEDY, PETITION)
PERSONAL = (
    *(
        Personal(column, label, _HEAR, "statutory_duty", "P5Y", _CLOSED, "none")
        for column, label in (
            ("appeals.CallBack.reasons", _("reasons (codes)")),
            ("appeals.Remedy.grade", _("grade")),
            ("appeals.Remedy.reasons", _("reasons (codes)")),
        )
    ),
    Personal(
        "appeals.Petition.text", _("what is asked for"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"
    ),
    Personal(
        "appeals.SupervisionOrder.text", _("what is ordered"), _WORK, "statutory_duty", "P5Y", _ENDED, "text"
    ),
    Personal("appeals.SupervisionStep.note", _("note"), _WORK, "statutory_duty", "P5Y", _ENDED, "text"),
)
RETENTION = (
    Retention("appeals.CallPlan", "P5Y", "case__closed_at", "erase"),
    Retention("appeals.CallLink", "P30D", "expires_at", "erase"),
    Retention("appeals.Petition", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.Remedy", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.SupervisionOrder", "P5Y", "ended_at", "tombstone"),
    Retention("appeals.SupervisionStep", "P5Y", "order__ended_at", "tombstone"),
)
SUBJECTS = (
    Subject("appeals.SupervisionOrder", "case_id", "case"),
    Subject("appeals.CallPlan", "case_id", "case"),
    Subject("appeals.Petition", "case_id", "case"),
    Subject("appeals.Remedy", "case_id", "case"),
)
LISTS = (
    WorkList(
        "appeals.ledgers",
        _("Ledgers of supervision"),
        "appeals:ledgers",
        "appeals.read",
        "lianglin.appeals.views.ledgers",
    ),
)
NAVIGATION = (
    NavItem("supervision", _("Supervision"), "appeals:supervision", "warn", "appeals.supervise", 24),
    NavItem("supervision", _("Orders of supervision"), "appeals:supervision", "warn", "appeals.handle", 24),
    NavItem("today", _("Calls to make"), "appeals:calls", "phone", "appeals.call_back", 26),
    NavItem("supervision", _("Three ledgers"), "appeals:ledgers", "form", "appeals.read", 29),
    NavItem("cases", _("Petitions"), "appeals:petitions", "letter", "appeals.petition", 27),
    NavItem("rules", _("Limits and thresholds"), "appeals:provisions", "clock", "appeals.read", 45),
)
