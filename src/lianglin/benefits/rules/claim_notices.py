"""What claimants are told when a claim moves: the words, in both languages. They never name the benefit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Notice


def _sms(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    return Notice(
        f"benefits.{code}",
        label,
        {
            "zh-hans": f"{zh}查看：{{link}} 或打12345。",
            "en": f"{en} See {{link}} or call 12345.",
        },
        ("number", "link", *fields),
    )


NOTICES = (
    _sms(
        "claim_offered", _("you may be entitled to a benefit"), ("due",),
        "社区查到您可能符合一项惠民政策（编号{number}），愿不愿意办由您定，请在{due}前告诉我们。",
        "You may be entitled to a benefit (number {number}). Whether you want it is up to you; please tell us by {due}.",
    ),
    _sms(
        "claim_filed", _("your claim is with the authority"), ("due",),
        "您的申请（编号{number}）已交主管部门，最迟{due}给您结果。",
        "Your claim {number} is with the authority. You get an answer by {due}.",
    ),
    _sms(
        "claim_returned", _("papers are missing in your claim"), ("due",),
        "您的申请（编号{number}）还缺材料，缺什么已一次写清，请在{due}前补交；不会补可请社区帮忙。",
        "Papers are missing in your claim {number}; all of them are listed. Hand them in by {due}; your community helps.",
    ),
    _sms(
        "claim_granted", _("your claim is granted"), (),
        "您的申请（编号{number}）批准了。",
        "Your claim {number} is granted.",
    ),
    _sms(
        "claim_refused", _("your claim is refused"), ("until",),
        "您的申请（编号{number}）没有批准，理由已写明。不服可在{until}前申请行政复议。",
        "Your claim {number} is refused; the reasons are given in writing. You can ask for a review until {until}.",
    ),
    _sms(
        "claim_paid", _("your benefit was paid or provided"), (),
        "您的申请（编号{number}）已发放。",
        "The benefit of your claim {number} was paid or provided.",
    ),
    _sms(
        "claim_recertify", _("your benefit is looked at again"), ("due",),
        "您享受的一项待遇（编号{number}）要复核，社区会在{due}前联系您，待遇不会因此中断。",
        "A benefit of yours ({number}) is looked at again by {due}; your community contacts you. It goes on meanwhile.",
    ),
    _sms(
        "claim_ended", _("your benefit ended"), (),
        "您享受的一项待遇（编号{number}）已结束，原因已写明。",
        "A benefit of yours ({number}) has ended; the reason is given.",
    ),
)  # fmt: skip
