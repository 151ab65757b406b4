"""What deliveries, receipts and letters plug into the manifest of the package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    Access,
    Duty,
    Granted,
    Guard,
    InScope,
    NavItem,
    Own,
    Personal,
    Retention,
    Subject,
)

DUTIES = (
    Duty("notices.outbox", _("see what could not be delivered in the own area, and see to it")),
    Duty("notices.letters", _("print notices and hand them over")),
    Duty("notices.sending", _("see how much goes out and fails, without addresses")),
)
ROLE_DUTIES = {
    "community_worker": ("notices.outbox", "notices.letters"),
    "street_coordinator": ("notices.outbox", "notices.letters"),
    "district_coordinator": ("notices.outbox", "notices.sending"),
    "city_coordinator": ("notices.outbox", "notices.sending"),
    "administrator": ("notices.sending",),
}
NAVIGATION = (
    NavItem("today", _("Not delivered"), "notices:undelivered", "warn", "notices.outbox", 56),
    NavItem("today", _("Notices to print"), "notices:letters", "print", "notices.letters", 57),
    NavItem("admin", _("Sending"), "notices:sending", "letter", "notices.sending", 40),
)
_CASE = "handle_case"
GUARDS = (
    Guard(
        "notices.Delivery",
        {
            "staff": Access("SU", InScope(purpose=_CASE)),
            "handler": Access("S", Granted("cases.Case", "case_id")),
            "resident": Access("S", Own()),
            "job": Access("SIUD", InScope()),
        },
        personal=True,
        neutral=(
            "key", "code", "channel", "case_id", "state", "tries", "error", "created_at", "next_try_at", "sent_at",
            "ended_at", "answer", "answered_at", "post",
        ),
    ),
    Guard(
        "notices.Recipient",
        {"staff": Access("S", InScope(purpose=_CASE)), "job": Access("SIUD", InScope())},
        personal=True,
        neutral=("at",),
    ),
    Guard(
        "notices.Letter",
        {"staff": Access("SU", InScope(purpose=_CASE)), "job": Access("SIUD", InScope())},
        personal=True,
        neutral=("case_id", "title", "language", "link", "made_at", "prints", "printed_at", "sample"),
    ),
)  # fmt: skip
_TELL = _("tell people how their matter stands")
PERSONAL = (
    Personal(
        "notices.Recipient.masked",
        _("masked recipient"),
        _TELL,
        "statutory_duty",
        "P30D",
        _("the message was written"),
        "none",
    ),
    Personal(
        "notices.Letter.text", _("text"), _TELL, "statutory_duty", "P1Y", _("the message was written"), "text"
    ),
)
RETENTION = (
    Retention("notices.Delivery", "P1Y", "created_at", "erase"),
    Retention("notices.Recipient", "P30D", "at", "erase"),
    Retention("notices.Letter", "P1Y", "made_at", "erase"),
)
SUBJECTS = (
    Subject("notices.Delivery", "case_id", "case"),
    Subject("notices.Letter", "case_id", "case"),
)
