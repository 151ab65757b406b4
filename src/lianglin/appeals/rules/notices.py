"""What appellants and posts are told when an appeal moves: the words, in both languages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.appeals.rules.elder_words import ELDER
from lianglin.kit.domain import Notice

ONLY_STEPS = frozenset({"dispatched", "paused", "resumed", "merged", "joined", "separated"})
"""Tell how a matter moves; whoever does not want to hear of each step loses no right and no limit by it."""
_PAGE, _DUE = ("number", "link"), ("number", "due", "link")


def _sms(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    """A text message to the appellant: what happened, until when, where to look. Words an old neighbour would use."""
    return Notice(
        f"appeals.{code}",
        label,
        {
            "zh-hans": f"{zh}查进度：{{link}} 或打12345。",
            "en": f"{en} Progress: {{link}} or call 12345.",
            "elder": ELDER[code],
        },
        fields,
        "steps" if code in ONLY_STEPS else "right",
    )


def _refusal(ground: str, zh: str, en: str) -> Notice:
    return _sms(
        f"refused_{ground}",
        _("your matter is not accepted"),
        _PAGE,
        f"您反映的事（编号{{number}}）这里不能受理：{zh}",
        f"We cannot take your matter {{number}}: {en}",
    )


def _task(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    return Notice(f"appeals.{code}", label, {"zh-hans": zh, "en": en}, fields)


NOTICES = (
    _sms(
        "received",
        _("your matter has arrived"),
        _DUE,
        "您反映的事我们收到了，编号{number}。最迟{due}告诉您交给谁办。",
        "We have your matter, number {number}. By {due} we tell you who will handle it.",
    ),
    _sms(
        "dispatched",
        _("your matter is being handled"),
        (*_DUE, "unit"),
        "您反映的事（编号{number}）已交给{unit}办理，最迟{due}给您答复。",
        "Your matter {number} went to {unit}. You get an answer by {due}.",
    ),
    _sms(
        "paused",
        _("your matter has to wait"),
        (*_PAGE, "reason"),
        "您反映的事（编号{number}）要等一等，因为：{reason}。接着办时会告诉您。",
        "Your matter {number} has to wait: {reason}. We tell you when it goes on.",
    ),
    _sms(
        "resumed",
        _("your matter goes on"),
        _DUE,
        "您反映的事（编号{number}）接着办了，最迟{due}给您答复。",
        "Work on your matter {number} goes on. You get an answer by {due}.",
    ),
    _sms(
        "extended",
        _("your matter takes longer"),
        _DUE,
        "您反映的事（编号{number}）要多办几天，改为最迟{due}给您答复。为什么，查进度时能看到。",
        "Your matter {number} takes longer: you get an answer by {due}. The reason is on the page.",
    ),
    _sms(
        "settled",
        _("your matter is settled"),
        _DUE,
        "您反映的事（编号{number}）有结果了，请点开看一看、评一评。最迟{due}我们给您打电话，问您满不满意。",
        "There is a result for your matter {number}: open the link to see and grade it. We call you by {due} to ask whether it is solved.",
    ),
    _sms(
        "settled_on_paper",
        _("your matter is settled"),
        _PAGE,
        "您反映的事（编号{number}）有结果了。请带上回执到社区服务窗口，或用手机扫下面的码，看答复、评一评。",
        "There is a result for your matter {number}. Take your receipt to the desk of your community, or scan the code below, "
        "to read and grade it.",
    ),
    _sms(
        "redirected",
        _("your matter was passed on"),
        (*_PAGE, "to"),
        "您反映的事（编号{number}）不归这里办，已转给：{to}。",
        "Your matter {number} is not ours to handle. It went to: {to}.",
    ),
    _sms(
        "merged",
        _("your matter was joined to an earlier one"),
        _PAGE,
        "您反映的事（编号{number}）之前已有人反映，并在一起办。",
        "Your matter {number} had been reported before; both are handled together.",
    ),
    _sms(
        "joined",
        _("your matter is handled together with an earlier one"),
        _DUE,
        "您反映的事（编号{number}）和别人先反映的是同一件，并在一起办，最迟{due}给您答复，也会单独回访您。",
        "Your matter {number} is handled together with an earlier report. You get an answer by {due} and a call of your own.",
    ),
    _sms(
        "separated",
        _("your matter is handled by itself again"),
        _DUE,
        "您反映的事（编号{number}）改为单独办理，最迟{due}告诉您交给谁办。",
        "Your matter {number} is now handled by itself. By {due} we tell you by whom.",
    ),
    _sms(
        "reopened",
        _("your matter is handled again"),
        _DUE,
        "您反映的事（编号{number}）重新办理，最迟{due}告诉您交给谁办。",
        "Your matter {number} is handled again. By {due} we tell you by whom.",
    ),
    _sms(
        "closed",
        _("your matter is closed"),
        _PAGE,
        "您反映的事（编号{number}）办完了，谢谢您。要是没办好，可以让我们重新办。",
        "Your matter {number} is closed. Thank you. If it was not solved, you can have it handled again.",
    ),
    _sms(
        "closed_unreached",
        _("your matter is closed, we could not reach you"),
        _PAGE,
        "我们打了三次电话没联系上您，您反映的事（编号{number}）先结了。要是没办好，可以让我们重新办。",
        "We called three times and did not reach you; your matter {number} is closed. If it was not solved, "
        "you can have it handled again.",
    ),
    _sms(
        "withdrawn",
        _("your matter is withdrawn"),
        _PAGE,
        "您反映的事（编号{number}）已按您的意思撤回。",
        "Your matter {number} is withdrawn, as you wished.",
    ),
    _refusal(
        "emergency",
        "事情紧急，请马上拨打110、119、120或122。",
        "this is an emergency. Call 110, 119, 120 or 122 now.",
    ),
    _refusal(
        "other_procedure",
        "法院、仲裁、复议或信访正在处理，请问那里的经办人。",
        "a court, arbitration, review or petition deals with it. Ask there.",
    ),
    _refusal(
        "no_new_facts",
        "同一件事已经答复过。有新情况，请补充后再反映。",
        "it was answered before. If there is something new, report that.",
    ),
    _refusal(
        "secret",
        "涉及国家秘密、商业秘密或个人隐私，请当面到社区来谈。",
        "it touches state, business or private secrets. Come to the community office.",
    ),
    _refusal(
        "beyond_duty",
        "这不在公共服务的职责之内。法律上的事可打12348咨询。",
        "it is not a public duty. For legal advice call 12348.",
    ),
    _refusal(
        "unlawful",
        "所提要求不符合法律规定。有疑问可打12348咨询。",
        "what is asked is not lawful. For legal advice call 12348.",
    ),
    _task(
        "to_accept",
        _("new appeal"),
        ("number", "due"),
        "新诉求{number}，请受理，{due}前派出。",
        "New appeal {number}: please receive it; to be dispatched by {due}.",
    ),
    _task(
        "to_dispatch",
        _("appeal to dispatch"),
        ("number", "due"),
        "{number}已受理，请在{due}前派单。",
        "{number} is accepted: please dispatch it by {due}.",
    ),
    _task(
        "sent_back",
        _("order sent back"),
        ("number", "due"),
        "{number}被承办单位退回，请在{due}前重新派单。",
        "{number} was sent back by the unit: please dispatch it again by {due}.",
    ),
    _task(
        "to_handle",
        _("new order"),
        ("number", "due"),
        "{number}派给本单位，请在{due}前答复。",
        "{number} was given to your unit: please answer by {due}.",
    ),
    _task(
        "to_co_handle",
        _("called in to help"),
        ("number",),
        "{number}请本单位协办，请在协办期限前答复。",
        "Your unit was called in to help with {number}: please answer within its limit.",
    ),
    _task(
        "whistle",
        _("called to a place by a street"),
        ("until", "link"),
        "街道吹哨，请本单位在{until}前到场：{link}",
        "A street calls your unit to a place: be there by {until}. {link}",
    ),
    _task(
        "rule_wrong",
        _("a rule of dispatch has become wrong"),
        ("rule", "link"),
        "派单规则“{rule}”已失效，请尽快起草新版本改正：{link}",
        "The rule of dispatch “{rule}” has become wrong. Draw up a version that corrects it: {link}",
    ),
    _task(
        "called_out",
        _("urgent order for the unit on call"),
        ("number", "due"),
        "紧急：{number}已派给值班的本单位，请马上接单，{due}前答复。",
        "Urgent: {number} was given to your unit, which is on call. Take it on at once; answer by {due}.",
    ),
    _task(
        "untaken",
        _("urgent matter that nobody took on"),
        ("number", "minutes"),
        "紧急诉求{number}已满{minutes}分钟无人接办，请马上督促或改派。",
        "Urgent matter {number}: nobody has taken it on for {minutes} minutes. See to it now, or give it to another unit.",
    ),
    _task(
        "to_handle_again",
        _("answer not accepted"),
        ("number", "due"),
        "{number}的答复未通过，请继续办理，{due}前答复。",
        "The answer to {number} was not accepted: please go on and answer by {due}.",
    ),
    _task(
        "to_check",
        _("answer to check"),
        ("number", "due"),
        "{number}已答复，请在{due}前审核。",
        "{number} was answered: please check it by {due}.",
    ),
    _task(
        "to_call_back",
        _("call-back due"),
        ("number", "due"),
        "{number}已办结，请在{due}前回访。",
        "{number} is settled: please call back by {due}.",
    ),
    _task(
        "to_dispatch_again",
        _("appeal to handle again"),
        ("number", "due"),
        "居民要求重新办理{number}，请在{due}前派单。",
        "The resident has {number} handled again: please dispatch it by {due}.",
    ),
    _task(
        "not_solved",
        _("not solved, says the resident"),
        ("number",),
        "本单位办理的{number}，居民反映没有解决，要求重办。",
        "The resident says that {number}, which your unit handled, is not solved.",
    ),
    _task(
        "stopped",
        _("order ended"),
        ("number",),
        "派给本单位的{number}已撤回或并案，不用再办。",
        "{number}, given to your unit, was withdrawn or merged: nothing more to do.",
    ),
    _task(
        "exclusion_ruled",
        _("a ruling on what counts in a rate"),
        ("number", "rate", "ruling"),
        "您单位申请的{number}不计入{rate}一事已裁定：{ruling}。",
        "Your request about {number} and the {rate} was ruled on: {ruling}.",
    ),
    _task(
        "problem_waits",
        _("a problem class waits for the second person"),
        ("title", "link"),
        "问题类“{title}”等待另一人确认：{link}",
        "The problem class “{title}” waits for a second person: {link}",
    ),
    _task(
        "problem_rises",
        _("the count of a closed problem class rises again"),
        ("title", "link"),
        "已销号的问题类“{title}”诉求又多起来了，是否重新办理，请研究决定：{link}",
        "The count of the closed problem class “{title}” rises again. Decide whether to open it again: {link}",
    ),
)
