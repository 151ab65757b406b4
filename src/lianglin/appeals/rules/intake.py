"""What intake plugs in: hotlines and what goes back to them. Its tables' guards, personal columns, retention."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Duty,
    Everything,
    Guard,
    InScope,
    Listener,
    NavItem,
    Personal,
    Retention,
    Subject,
)
from lianglin.kit.events import CaseMoved

_WORK, _CLOSED = _("handle what was reported"), _("the case is closed")
_REACH = _("call the appellant back")
_OFFICE = {"staff": Access("SIU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())}

DUTIES = (
    Duty("appeals.import", _("take in orders of other hotlines and return what became of them")),
    Duty("appeals.catalogue", _("draw up the next version of the catalogue")),
    Duty("appeals.approve_catalogue", _("approve a version of the catalogue as the second person")),
    Duty("appeals.knowledge", _("write the knowledge base")),
    Duty("appeals.approve_knowledge", _("review the knowledge base as the second person")),
)
ROLE_DUTIES = {
    "community_worker": ("appeals.import", "appeals.knowledge"),
    "street_coordinator": ("appeals.import", "appeals.knowledge", "appeals.approve_knowledge"),
    "district_coordinator": (
        "appeals.knowledge",
        "appeals.approve_knowledge",
        "appeals.catalogue",
        "appeals.approve_catalogue",
    ),
}
_READ = {role: Access("S") for role in ("handler", "helper", "resident", "public", "job")}
_OWN_AREA = Access("SIU", Everything(), writes=InScope())
GUARDS = (
    Guard(
        "appeals.MailDraft",
        {"staff": Access("SU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())},
        personal=True,
        neutral=(
            "message_key", "parking", "state", "files", "left_out", "sent_at", "received_at", "case", "decided_at",
        ),
    ),
    Guard(
        "appeals.Representative",
        case_roles("case_id", staff="SI", handler="", resident="SI", job="SUD"),
        personal=True,
        neutral=("case", "position"),
    ),
    *(
        Guard(f"appeals.{model}", {**_READ, "staff": Access("S"), "job": Access("SI")})
        for model in ("Catalogue", "Field", "Category", "Item", "ItemQuestion", "ItemSuccessor")
    ),
    Guard("appeals.CatalogueDraft", {"staff": Access("SIU"), "job": Access("SU")}),
    Guard(
        "appeals.QuestionAnswer",
        case_roles("case_id", staff="SI", handler="S", resident="SI", job="SU"),
        personal=True,
        neutral=("case", "question"),
    ),
    Guard("appeals.KnowledgeEntry", {**_READ, "staff": _OWN_AREA}),
    Guard("appeals.KnowledgeVersion", {**_READ, "staff": Access("SI", Everything(), writes=InScope())}),
    Guard("appeals.KnowledgeDraft", {"staff": _OWN_AREA}),
    Guard("appeals.KnowledgeUse", {"staff": Access("SI", InScope()), "job": Access("S", InScope())}),
    Guard(
        "appeals.HotlineSource",
        {"staff": Access("SIU", Everything(), writes=InScope()), "job": Access("S")},
    ),
    Guard(
        "appeals.HotlineImport",
        _OFFICE,
        personal=True,
        neutral=(
            "source", "post_id", "filename", "sha256", "heading", "state", "rows", "seen", "made", "updated", "same",
            "wrong", "unknown", "error", "created_at", "ended_at",
        ),
    ),
    Guard(
        "appeals.HotlinePart",
        _OFFICE,
        personal=True,
        neutral=("record", "first_row", "count", "findings", "checked", "done"),
    ),
    Guard(
        "appeals.HotlineOrder",
        case_roles("case_id", staff="SIU", handler="", resident="", job="SU"),
        personal=True,
        neutral=(
            "source", "number", "case", "record_id", "digests", "channel", "reported_at", "wanted_by", "received_at",
            "updates",
        ),
    ),
    Guard(
        "appeals.HotlineReturn",
        case_roles("case_id", staff="SU", handler="", resident="", job="SIU"),
        personal=True,
        neutral=(
            "order", "source", "case", "step", "state", "result", "outcome", "answered_at", "returned_at", "way",
            "acknowledged_at",
        ),
    ),
)  # fmt: skip
PERSONAL = (
    Personal(
        "appeals.MailDraft.name", pgettext_lazy("person", "name"), _WORK, "statutory_duty", "P30D", _("the mail was fetched"), "name",
    ),
    Personal(
        "appeals.MailDraft.address", _("mail address"), _WORK, "statutory_duty", "P30D", _("the mail was fetched"), "text",
    ),
    Personal(
        "appeals.MailDraft.subject", _("subject of the mail"), _WORK, "statutory_duty", "P30D", _("the mail was fetched"), "text",
    ),
    Personal(
        "appeals.MailDraft.text", _("what was written"), _WORK, "statutory_duty", "P30D", _("the mail was fetched"), "text",
    ),
    Personal(
        "appeals.Appellant.entity_name", _("name of the business"), _REACH, "statutory_duty", "P2Y", _CLOSED, "name",
    ),
    Personal(
        "appeals.Appellant.uscc", _("unified social credit code"), _REACH, "statutory_duty", "P2Y", _CLOSED, "none",
    ),
    Personal(
        "appeals.Representative.name", pgettext_lazy("person", "name"), _REACH, "statutory_duty", "P2Y", _CLOSED, "name",
    ),
    Personal("appeals.Representative.phone", _("phone"), _REACH, "statutory_duty", "P2Y", _CLOSED, "phone"),
    Personal(
        "appeals.Appeal.channel_note", _("about the way it came"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text",
    ),
    Personal(
        "appeals.QuestionAnswer.value", _("answer"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text",
    ),
    Personal(
        "appeals.HotlinePart.rows", _("orders of the file"), _WORK, "statutory_duty", "P30D", _("the file was brought"),
        "never", sensitive=True,
    ),
    Personal("appeals.HotlineReturn.answer", _("answer"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"),
)  # fmt: skip
RETENTION = (
    Retention("appeals.MailDraft", "P30D", "received_at", "tombstone"),
    Retention("appeals.Representative", "P2Y", "case__closed_at", "erase"),
    Retention("appeals.QuestionAnswer", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.HotlinePart", "P30D", "record__created_at", "erase"),
    Retention("appeals.HotlineImport", "P5Y", "created_at", "erase"),
    Retention("appeals.HotlineReturn", "P5Y", "case__closed_at", "tombstone"),
    Retention(
        "appeals.HotlineOrder", "P5Y", "case__closed_at", "keep",
        reason=_("the number alone, so that an order of the hotline never comes twice"),
    ),
)  # fmt: skip
SUBJECTS = (
    Subject("appeals.Representative", "case_id", "case"),
    Subject("appeals.QuestionAnswer", "case_id", "case"),
    Subject("appeals.HotlineOrder", "case_id", "case", erasable=False),  # a number alone
    Subject("appeals.HotlineReturn", "case_id", "case"),
)
LISTENERS = (Listener(CaseMoved, "lianglin.appeals.tasks:owe_the_hotline"),)
NAVIGATION = (
    NavItem("cases", _("Other hotlines"), "appeals:hotlines", "phone", "appeals.import", 27),
    NavItem("cases", _("Mails to be recorded"), "appeals:mails", "letter", "appeals.intake", 27),
    NavItem("rules", _("Catalogue of items"), "appeals:catalogue", "form", "appeals.catalogue", 37),
    NavItem("rules", _("Knowledge base"), "appeals:knowledge", "form", "appeals.knowledge", 39),
)
