"""What posts and people are told about limits, supervision, call-backs, remedies and petitions, in both languages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Notice


def _task(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    return Notice(f"appeals.{code}", label, {"zh-hans": zh, "en": en}, fields)


_ORDER = ("kind", "until", "link")

NOTICES = (
    _task(
        "due_soon",
        _("a limit ends soon"),
        ("number", "due", "link"),
        "{number}快到期了：{due}前要答复。办不完请说明理由申请延期。",
        "{number} is due soon: an answer by {due}. If that cannot be kept, ask for an extension with a reason.",
    ),
    _task(
        "breached",
        _("a limit has ended"),
        ("number", "due", "link"),
        "{number}已超期，期限是{due}。请马上办理并说明原因。",
        "{number} is past its limit, which was {due}. Handle it now and say why.",
    ),
    _task(
        "supervised",
        _("your unit was put under supervision"),
        _ORDER,
        "收到督办（{kind}），请在{until}前答复。",
        "An order of supervision ({kind}) for your unit. Answer by {until}.",
    ),
    _task(
        "supervision_returned",
        _("an answer to an order of supervision was not enough"),
        _ORDER,
        "督办（{kind}）的答复未通过，请在{until}前重新答复。",
        "The answer to an order of supervision ({kind}) was not enough. Answer again by {until}.",
    ),
    _task(
        "supervision_withdrawn",
        _("an order of supervision was taken back"),
        ("kind", "link"),
        "督办（{kind}）已撤回，不用再答复。",
        "An order of supervision ({kind}) was taken back; nothing more to answer.",
    ),
    _task(
        "supervision_answered",
        _("an order of supervision was answered"),
        ("kind", "link"),
        "督办（{kind}）已答复，请审核。",
        "An order of supervision ({kind}) was answered. Check the answer.",
    ),
)
