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
            "elder": ELDER[code],
        },
        ("number", "link", *fields),
        "voluntary" if code == "claim_offered" else "right",
    )


ELDER = {
    "claim_offered": "您好。国家有一项好政策，您家可能用得上。编号是{number}。想不想办，由您定。请在{due}前告诉社区。想问一问，打12345。",
    "claim_filed": "您好。您的申请，已经交上去了。编号是{number}。最晚{due}告诉您结果。想问一问，打12345。",
    "claim_returned": "您好。您的申请，还缺几样材料。编号是{number}。请在{due}前补上。不会弄，请社区帮您，或打12345。",
    "claim_granted": "您好。您的申请，批准了。编号是{number}。想问一问，打12345。",
    "claim_refused": "您好。您的申请，没有批准。编号是{number}。为什么，通知书上写着。不服，可以在{until}前申请复议。不会写，打12345问。",
    "claim_paid": "您好。您申请的，已经发给您了。编号是{number}。没收到，打12345。",
    "claim_recertify": "您好。您享受的待遇，要再核对一次。编号是{number}。社区会在{due}前找您。这期间照发，别担心。想问一问，打12345。",
    "claim_ended": "您好。您享受的一项待遇，到此为止了。编号是{number}。为什么，通知书上写着。有疑问，打12345。",
}
"""For elderly readers: short sentences, no terms, whom to call."""


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
