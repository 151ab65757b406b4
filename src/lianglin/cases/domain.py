"""What the cases package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.cases.rules import SUBJECT
from lianglin.kit.domain import (
    Access,
    Domain,
    Granted,
    Guard,
    Handover,
    InScope,
    Own,
    OwnPost,
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
    database=("lianglin.cases.database:install",),
    handovers=(
        Handover(_("open matters"), "lianglin.cases.handover:held", "lianglin.cases.handover:pass_on"),
    ),
    guards=(
        Guard(
            "cases.Case",
            case_roles("id", staff="SIU", handler="SU", resident="SIU", job="SU"),
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
                "public",
                "data",
            ),
        ),
        Guard(
            "cases.Clock",
            case_roles("case_id", staff="SIU", handler="SIU", resident="SIU", job="SU"),
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
        Guard("cases.Receipt", {"resident": Access("I", Own("case_id")), "staff": Access("I")}),
    ),
    personal=(
        Personal("cases.Case.title", _("title"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"),
        Personal(
            "cases.Case.place_text", _("place in words"), _WORK, "statutory_duty", "P5Y", _CLOSED, "address"
        ),
        Personal("cases.Case.lon", _("longitude"), _WORK, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("cases.Case.lat", _("latitude"), _WORK, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("cases.Step.note", _("note"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"),
    ),
    retention=(
        Retention("cases.Case", "P5Y", "closed_at", "tombstone"),
        Retention("cases.Step", "P5Y", "at", "tombstone"),
        Retention("cases.BulkMove", "P30D", "at", "erase"),
    ),
    subjects=(Subject("cases.Case", "id", "case"), Subject("cases.Step", "case_id", "case")),
)
