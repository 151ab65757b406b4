"""What the public side of appeals plugs into the house: guards, personal columns, retention. Read by domain.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Duty,
    Everything,
    Guard,
    InScope,
    NavItem,
    Notice,
    Personal,
    Retention,
    Subject,
)

OPEN = {role: Access("S") for role in ("staff", "handler", "helper", "resident", "public")}
_SHOWN = _("let the public read what became of matters")
_CLOSED, _WANTED = _("the case is closed"), _("the last sign that it is wanted")
_HEAR = _("send what was subscribed to")

DUTIES = (
    Duty("appeals.publish", _("check texts and publish closed cases")),
    Duty("appeals.publication_rules", _("say what of an item may be published")),
    Duty("appeals.open311", _("send in reports by the Open311 interface")),
)
ROLE_DUTIES = {
    "street_coordinator": ("appeals.publish", "appeals.open311"),
    "district_coordinator": ("appeals.publish", "appeals.publication_rules", "appeals.open311"),
}

GUARDS = (
    Guard("appeals.PublicationRule", {**OPEN, "job": Access("SIU")}),
    Guard("appeals.PublicationChange", {"staff": Access("SIU")}),
    Guard(
        "appeals.PublicationObjection",
        {**case_roles("case_id", staff="SI", handler="", resident="SID", job="S")},
        personal=True,
        neutral=("case", "at"),
    ),
    Guard(
        "appeals.Publication",
        case_roles("case_id", staff="SU", handler="", resident="S", job="SIU"),
        personal=True,
        neutral=("case", "state", "latest", "published", "proposed_at", "decided_post", "decided_at"),
    ),
    Guard(
        "appeals.RedactedText",
        case_roles("case_id", staff="SIU", handler="", resident="", job="SIU"),
        personal=True,
        neutral=("publication", "case", "seq", "spots", "post", "made_at", "purged_at"),
    ),
    Guard("appeals.PublishedCase", {**OPEN, "job": Access("SID")}),
    Guard("appeals.OpenCount", {**OPEN, "job": Access("SID")}),
    Guard("appeals.OpenFile", {**OPEN, "job": Access("SID")}),
    Guard(
        "appeals.Subscription",
        {"job": Access("SIUD", InScope())},
        personal=True,
        neutral=(
            "subject", "channel", "language", "state", "made_at", "confirmed_at", "renewed_at", "sent_until",
        ),
    ),
    Guard(
        "appeals.WebhookDelivery",
        {"staff": Access("S", InScope()), "job": Access("SIUD", Everything())},
    ),
)  # fmt: skip

PERSONAL = (
    *(
        Personal(f"appeals.{column}", label, _SHOWN, "statutory_duty", "P5Y", _CLOSED, "text")
        for column, label in (
            ("Publication.reason", _("reason")),
            ("RedactedText.text", _("report, redacted")),
            ("RedactedText.answer", _("answer, redacted")),
        )
    ),
    *(
        Personal(f"appeals.Subscription.{column}", label, _HEAR, "consent", "P1Y", _WANTED, "never")
        for column, label in (
            ("address", _("e-mail or web address")),
            ("address_match", _("match key of the address")),
            ("secret", _("secret of the signature")),
            ("token", _("token of the links")),
            ("token_digest", _("keyed digest of the token")),
        )
    ),
)
RETENTION = (
    Retention("appeals.PublicationObjection", "P5Y", "case__closed_at", "erase"),
    Retention("appeals.Publication", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.RedactedText", "P5Y", "case__closed_at", "tombstone"),
    Retention("appeals.PublishedCase", "P5Y", "closed_at", "erase"),
    Retention("appeals.Subscription", "P1Y", "renewed_at", "erase"),
    Retention("appeals.WebhookDelivery", "P30D", "made_at", "erase"),
)
SUBJECTS = (
    Subject("appeals.PublicationObjection", "case_id", "case"),
    Subject("appeals.Publication", "case_id", "case"),
    Subject("appeals.RedactedText", "case_id", "case"),
    Subject("appeals.PublishedCase", "case_id", "case"),
)
NOTICES = (
    Notice(
        "appeals.subscription_asked",
        _("Confirm a subscription"),
        {
            "zh-hans": "有人用这个邮箱订阅了：{subject}。请在三天内打开链接确认：{link} 。不是您订的，不用理会，三天后自动删除。",
            "en": "Somebody subscribed this mailbox to: {subject}. Confirm within three days: {link} . If it was not you, do nothing: "
            "it is deleted after three days.",
            "elder": "有人用这个邮箱，订了消息：{subject}。是您订的，三天内打开：{link} 。不是您订的，不用管它，三天后自动删掉。",
        },
        ("subject", "link"),
        "urgent",
    ),
    Notice(
        "appeals.subscription_news",
        _("New closed cases"),
        {
            "zh-hans": "您订阅的“{subject}”新公开 {count} 件已办结诉求：\n{lines}\n退订：{link}",
            "en": "New closed cases ({count}) of “{subject}”:\n{lines}\nUnsubscribe: {link}",
            "elder": "您订了“{subject}”的消息。新办完 {count} 件：\n{lines}\n不想再收，打开：{link}",
        },
        ("subject", "count", "lines", "link"),
        "voluntary",
    ),
    Notice(
        "appeals.problem_news",
        _("News of a problem class"),
        {
            "zh-hans": "您订阅的“{subject}”有 {count} 条新进展：\n{lines}\n退订：{link}",
            "en": "News ({count}) of “{subject}”:\n{lines}\nUnsubscribe: {link}",
            "elder": "您订了“{subject}”的消息。有 {count} 条新情况：\n{lines}\n不想再收，打开：{link}",
        },
        ("subject", "count", "lines", "link"),
        "voluntary",
    ),
)
NAVIGATION = (
    NavItem("figures", _("Publish closed cases"), "appeals:publications", "globe", "appeals.publish", 42),
    NavItem(
        "rules",
        _("What may be published"),
        "appeals:publication_rules",
        "eye",
        "appeals.publication_rules",
        43,
    ),
    NavItem("figures", _("Webhook calls given up"), "appeals:webhook_calls", "warn", "appeals.publish", 90),
    NavItem(
        "resident",
        _("Closed cases"),
        "appeals:closed",
        "check",
        order=70,
        note=_("what was solved; names are masked"),
    ),
)
