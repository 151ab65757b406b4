"""The part of the manifest about limits, supervision, call-backs and petitions: guards, duties, columns, what is kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
_IN_AREA = InScope(purpose="handle_case")

DUTIES = (
    Duty("appeals.supervise", _("order supervision of units: remind, press")),
    Duty("appeals.summon", _("summon units to a talk, name them in a circular")),
    Duty("appeals.provisions", _("propose limits and thresholds")),
    Duty("appeals.approve_provisions", _("approve limits and thresholds as the second person")),
)
STREET = ("appeals.supervise",)
DISTRICT = ("appeals.supervise", "appeals.summon", "appeals.provisions", "appeals.approve_provisions")

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
PERSONAL = (
    Personal(
        "appeals.SupervisionOrder.text", _("what is ordered"), _WORK, "statutory_duty", "P5Y", _ENDED, "text"
    ),
    Personal("appeals.SupervisionStep.note", _("note"), _WORK, "statutory_duty", "P5Y", _ENDED, "text"),
)
RETENTION = (
    Retention("appeals.SupervisionOrder", "P5Y", "ended_at", "tombstone"),
    Retention("appeals.SupervisionStep", "P5Y", "order__ended_at", "tombstone"),
)
SUBJECTS = (Subject("appeals.SupervisionOrder", "case_id", "case"),)
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
    NavItem("desk", _("Supervision"), "appeals:supervision", "warn", "appeals.supervise", 28),
    NavItem("desk", _("Orders of supervision"), "appeals:supervision", "warn", "appeals.handle", 28),
    NavItem("desk", _("Three ledgers"), "appeals:ledgers", "form", "appeals.read", 29),
    NavItem("desk", _("Limits and thresholds"), "appeals:provisions", "clock", "appeals.read", 45),
)
