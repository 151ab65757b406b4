"""What posts and people are told about limits, supervision, call-backs, remedies and petitions, in both languages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.appeals.rules.elder_words import ELDER
from lianglin.kit.domain import Notice


def _task(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    return Notice(f"appeals.{code}", label, {"zh-hans": zh, "en": en}, fields)


def _sms(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    texts = {
        "zh-hans": f"{zh}查进度：{{link}} 或打12345。",
        "en": f"{en} Progress: {{link}} or call 12345.",
        "elder": ELDER[code],
    }
    return Notice(f"appeals.{code}", label, texts, fields, "right")


_ORDER = ("kind", "until")

_PETITION = ("number", "due", "link")
PETITIONS = (
    _sms(
        "petition_registered",
        _("your petition is registered"),
        _PETITION,
        "您的信访事项（编号{number}）已登记，最迟{due}书面告诉您是否受理。",
        "Your petition {number} is registered. By {due} you are told in writing whether it is accepted.",
    ),
    _sms(
        "petition_accepted",
        _("your petition is accepted"),
        _PETITION,
        "您的信访事项（编号{number}）已受理，最迟{due}给您书面答复。",
        "Your petition {number} is accepted. You get an answer in writing by {due}.",
    ),
    _sms(
        "petition_not_accepted",
        _("your petition is not accepted"),
        ("number", "link"),
        "您的信访事项（编号{number}）不予受理，原因和该找谁，查进度能看到。",
        "Your petition {number} is not accepted; why, and where to turn, is on the page.",
    ),
    _sms(
        "petition_extended",
        _("your petition takes longer"),
        _PETITION,
        "您的信访事项（编号{number}）经批准延期，最迟{due}答复。原因查进度能看到。",
        "More time was approved for your petition {number}: an answer by {due}. The reason is on the page.",
    ),
    _sms(
        "petition_answered",
        _("your petition is answered"),
        _PETITION,
        "您的信访事项（编号{number}）已书面答复。不服的，可在{due}前申请复查。",
        "Your petition {number} is answered in writing. You may ask for a review until {due}.",
    ),
    _sms(
        "petition_review_asked",
        _("a review of your petition was asked for"),
        _PETITION,
        "您的复查（复核）申请（编号{number}）已收到，最迟{due}答复。",
        "Your request about petition {number} was received: an opinion by {due}.",
    ),
    _sms(
        "petition_reviewed",
        _("your petition was reviewed"),
        _PETITION,
        "您的信访事项（编号{number}）已作出复查意见。不服的，可在{due}前申请复核。",
        "There is an opinion on review for your petition {number}. You may ask for a re-check until {due}.",
    ),
    _sms(
        "petition_ended",
        _("your petition has ended"),
        ("number", "link"),
        "您的信访事项（编号{number}）已办结。",
        "Your petition {number} has ended.",
    ),
    _task(
        "petition_to_handle",
        _("a petition to handle"),
        ("number", "due"),
        "信访事项{number}由本单位办理，{due}前须书面答复。",
        "Petition {number} is for your unit to handle: an answer in writing is due by {due}.",
    ),
)
NOTICES = (
    *PETITIONS,
    _task(
        "remedy",
        _("a badly graded matter is to be made good"),
        ("number", "due"),
        "群众差评，请整改：{number}，{due}前写明整改情况。",
        "Badly graded, to be made good: {number}. Say by {due} what was done.",
    ),
    _task(
        "remedy_call",
        _("a remedy waits for the second call-back"),
        ("number", "due"),
        "{number}已整改，请在{due}前再次回访。",
        "{number} was made good: call the person once more by {due}.",
    ),
    _task(
        "due_soon",
        _("a limit ends soon"),
        ("number", "due"),
        "{number}快到期了：{due}前要答复。办不完请说明理由申请延期。",
        "{number} is due soon: an answer by {due}. If that cannot be kept, ask for an extension with a reason.",
    ),
    _task(
        "breached",
        _("a limit has ended"),
        ("number", "due"),
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
        ("kind",),
        "督办（{kind}）已撤回，不用再答复。",
        "An order of supervision ({kind}) was taken back; nothing more to answer.",
    ),
    _task(
        "supervision_answered",
        _("an order of supervision was answered"),
        ("kind",),
        "督办（{kind}）已答复，请审核。",
        "An order of supervision ({kind}) was answered. Check the answer.",
    ),
)
