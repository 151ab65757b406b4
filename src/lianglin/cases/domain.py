"""What the cases package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.cases import figures
from lianglin.cases.rules import SUBJECT
from lianglin.kit.domain import (
    Access,
    Domain,
    Duty,
    Everything,
    Granted,
    Guard,
    Handover,
    InScope,
    NavItem,
    Own,
    OwnPost,
    OwnUnit,
    Personal,
    Retention,
    Subject,
)


def case_roles(column: str, *, staff: str, handler: str, resident: str, job: str) -> dict:
    """Who may do what on a table that hangs on a case by ``column``: the usual four predicates."""
    given = {
        "staff": (staff, InScope(purpose="handle_case")),
        "handler": (handler, Granted(SUBJECT, column)),
        "resident": (resident, Own(column)),
        "job": (job, InScope()),
    }
    return {role: Access(rights, rows) for role, (rights, rows) in given.items() if rights}


_WORK = _("handle what was reported")
_CLOSED = _("the case is closed")

DOMAIN = Domain(
    code="cases",
    label=_("Cases"),
    order=50,
    urls="lianglin.cases.urls",
    path="cases/",
    duties=(
        Duty("cases.own_work", _("keep one's own work: covers, handovers, filters, sheets, exports")),
        Duty("cases.rota", _("make the rota of units on call")),
        Duty("cases.calendar", _("keep the working calendar")),
    ),
    role_duties={
        "community_worker": ("cases.own_work",),
        "street_coordinator": ("cases.own_work", "cases.rota"),
        "district_coordinator": ("cases.own_work", "cases.rota"),
        "city_coordinator": ("cases.own_work",),
        "unit_handler": ("cases.own_work",),
        "administrator": ("cases.calendar",),
    },
    navigation=(
        NavItem("today", _("Files and sheets"), "cases:papers", "download", "cases.own_work", 55),
        NavItem("today", _("Cover and handover"), "cases:standing_in", "swap", "cases.own_work", 60),
        NavItem("today", _("On call"), "cases:on_call", "clock", "cases.rota", 65),
        NavItem("rules", _("Working days"), "cases:calendar", "calendar", "cases.calendar", 70),
    ),
    database=("lianglin.cases.database:install",),
    handovers=(
        Handover(_("open matters"), "lianglin.cases.handover:held", "lianglin.cases.handover:pass_on"),
    ),
    indicators=figures.INDICATORS,
    reports=(figures.REPORT,),
    guards=(
        Guard(
            "cases.Case",
            case_roles("id", staff="SIU", handler="SU", resident="SIU", job="SIU"),
            personal=True,
            neutral=(
                "number",
                "kind",
                "community",
                "compound",
                "building",
                "state",
                "outcome",
                "urgent",
                "owner",
                "assignee",
                "parent",
                "origin",
                "related",
                "opened_at",
                "due_at",
                "due_provisional",
                "settled_at",
                "closed_at",
                "version",
                "sample",
            ),
        ),
        Guard(
            "cases.Step",
            case_roles("case_id", staff="SI", handler="SI", resident="SI", job="SIU"),
            personal=True,
            neutral=(
                "case",
                "seq",
                "move",
                "from_state",
                "to_state",
                "at",
                "post",
                "organisation",
                "for_post",
                "public",
                "data",
            ),
        ),
        Guard(
            "cases.Clock",
            case_roles("case_id", staff="SIU", handler="SIU", resident="SIU", job="SIU"),
            personal=True,
            neutral=(
                "case",
                "stage",
                "amount",
                "unit",
                "started_at",
                "due_at",
                "provisional",
                "paused_at",
                "paused_seconds",
                "extended",
                "stopped_at",
            ),
        ),
        Guard(
            "cases.BulkMove",
            {"staff": Access("SIU", OwnPost()), "handler": Access("SIU", OwnPost()), "job": Access("SD")},
        ),
        *(
            Guard(
                f"cases.{model}",
                {
                    "staff": Access("SIU", OwnUnit("organisation_id")),
                    "handler": Access("SIU", OwnUnit("organisation_id")),
                    "job": Access("SIUD"),
                },
            )
            for model in ("Cover", "Delegation", "Handover")
        ),
        Guard(
            "cases.Export",
            {"staff": Access("SIU", OwnPost()), "handler": Access("SIU", OwnPost()), "job": Access("SUD")},
            personal=True,
            neutral=(
                "key",
                "post",
                "organisation",
                "low",
                "list_code",
                "query",
                "language",
                "format",
                "purpose",
                "asked_at",
                "state",
                "rows",
                "cut",
                "expires_at",
                "fetched",
            ),
        ),
        Guard(
            "cases.SavedFilter",
            {
                "staff": Access("SIUD", OwnUnit("organisation_id"), writes=OwnPost()),
                "handler": Access("SIUD", OwnUnit("organisation_id"), writes=OwnPost()),
                "job": Access("SD"),
            },
        ),
        Guard(
            "cases.OnCallTurn",
            {"staff": Access("SIUD", Everything(), writes=InScope()), "job": Access("SD")},
        ),
        Guard("cases.Receipt", {"resident": Access("I", Own("case_id")), "staff": Access("I")}),
    ),
    personal=(
        Personal("cases.Case.title", _("title"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"),
        Personal(
            "cases.Case.place_text", _("place in words"), _WORK, "statutory_duty", "P5Y", _CLOSED, "address"
        ),
        Personal("cases.Case.lon", _("longitude"), _WORK, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("cases.Case.lat", _("latitude"), _WORK, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal(
            "cases.Export.content",
            _("contents"),
            _WORK,
            "statutory_duty",
            "P2D",
            _("it was asked for"),
            "never",
        ),
        Personal(
            "cases.Export.reason",
            _("what it is for"),
            _WORK,
            "statutory_duty",
            "P1Y",
            _("it was asked for"),
            "none",
        ),
        Personal("cases.Step.note", _("note"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"),
    ),
    retention=(
        Retention("cases.Export", "P1Y", "asked_at", "erase"),
        Retention("cases.Case", "P5Y", "closed_at", "tombstone"),
        Retention("cases.Step", "P5Y", "at", "tombstone"),
        Retention("cases.BulkMove", "P30D", "at", "erase"),
        Retention("cases.SavedFilter", "P3Y", "saved_at", "erase"),
        Retention("cases.Cover", "P3Y", "ends_on", "erase"),
        Retention("cases.Delegation", "P3Y", "at", "erase"),
        Retention("cases.Handover", "P3Y", "at", "erase"),
        Retention("cases.OnCallTurn", "P3Y", "day", "erase"),
    ),
    subjects=(Subject("cases.Case", "id", "case"), Subject("cases.Step", "case_id", "case")),
)
