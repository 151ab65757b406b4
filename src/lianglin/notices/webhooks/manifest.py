"""What webhooks plug into the manifest of the package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    Access,
    Duty,
    Everything,
    Guard,
    InScope,
    Listener,
    NavItem,
    Notice,
    OwnUnit,
    Personal,
    Retention,
)
from lianglin.kit.events import CaseMoved

DUTIES = (
    Duty("notices.webhooks", _("register and keep webhooks of other offices' programs")),
    Duty("notices.approve_webhook", _("approve webhooks as the second person")),
    Duty("notices.read_webhooks", _("see webhooks and their calls")),
)
_KEEPS = ("notices.webhooks", "notices.read_webhooks")
ROLE_DUTIES = {
    "administrator": _KEEPS,
    "unit_handler": _KEEPS,
    "district_coordinator": _KEEPS,
    "city_coordinator": _KEEPS,
    "security_officer": ("notices.approve_webhook", "notices.read_webhooks"),
}
NAVIGATION = (NavItem("admin", _("Webhooks"), "notices:webhooks", "swap", "notices.read_webhooks", 45),)
LISTENERS = (Listener(CaseMoved, "lianglin.notices.webhooks.queueing:case_moved"),)
NOTICES = (
    Notice(
        "notices.webhook_disabled",
        _("a webhook is not called any more"),
        {
            "zh-hans": "“{name}”连续多日接收失败，已停止推送。请联系对方系统管理人员，修复后在页面上恢复。",
            "en": "“{name}” took nothing over for days and is not called any more. Have it mended, then resume it on its page.",
        },
        ("name",),
    ),
)
GUARDS = (
    Guard(
        "notices.WebhookEndpoint",
        {
            "staff": Access("SIU", InScope()),
            "handler": Access("SIU", OwnUnit()),
            "administrator": Access("SIU", Everything()),
            "security": Access("SU", Everything()),
            "job": Access("SIUD", Everything()),
        },
    ),
    Guard("notices.WebhookSecret", {"job": Access("SIUD", Everything())}),
    Guard(
        "notices.WebhookCall",
        {
            "staff": Access("S", InScope()),
            "handler": Access("S", OwnUnit()),
            "administrator": Access("S", Everything()),
            "security": Access("S", Everything()),
            "job": Access("SIUD", Everything()),
        },
    ),
)


def _secret(column: str) -> Personal:
    return Personal(
        f"notices.WebhookSecret.{column}",
        _("secret of a webhook"),
        _("tell programs of other offices, signed"),
        "statutory_duty",
        "P1D",
        _("the webhook ended"),
        "never",
    )


PERSONAL = (_secret("secret"), _secret("before"))
RETENTION = (
    Retention("notices.WebhookCall", "P30D", "made_at", "erase"),
    Retention(
        "notices.WebhookEndpoint",
        "P3Y",
        "proposed_at",
        "keep",
        _("Who let which program hear of cases is accounted for; its secrets are forgotten when it ends."),
    ),
)
