"""The appeals domain: what it plugs into the house."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.appeals.queries.indicators import INDICATORS, ROWS
from lianglin.appeals.rules import LIFECYCLE
from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Answer,
    Domain,
    Duty,
    Follows,
    Guard,
    Listener,
    NavItem,
    Notice,
    Panel,
    Personal,
    Retention,
    Subject,
)
from lianglin.kit.events import CaseMoved, OpenAppeal

READ = {role: Access("S") for role in ("staff", "handler", "helper", "resident", "public", "job")}
_WORK = _("handle what was reported")
_REACH = _("call the appellant back")
_CLOSED = _("the case is closed")

_PAGE = ("number", "link")
_DUE = ("number", "due", "link")


def _sms(code: str, label: Any, fields: tuple[str, ...], zh: str, en: str) -> Notice:
    """A text message to the appellant: what happened, until when, where to look. Words an old neighbour would use."""
    return Notice(
        f"appeals.{code}",
        label,
        {
            "zh-hans": f"{zh}查进度：{{link}} 或打12345。",
            "en": f"{en} Progress: {{link}} or call 12345.",
        },
        fields,
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
        "您反映的事（编号{number}）有结果了，请看一看。最迟{due}我们给您打电话，问您满不满意。",
        "There is a result for your matter {number}. We call you by {due} to ask whether it is solved.",
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
)

DOMAIN = Domain(
    code="appeals",
    label=_("Appeals"),
    order=100,
    urls="lianglin.appeals.urls",
    path="appeals/",
    duties=(
        Duty("appeals.intake", _("record what residents report")),
        Duty("appeals.accept", _("accept, answer on the spot, refuse")),
        Duty("appeals.dispatch", _("dispatch, check answers, extend, merge")),
        Duty("appeals.handle", _("handle and answer orders")),
        Duty("appeals.call_back", _("call appellants back")),
        Duty("appeals.read", _("read appeals")),
    ),
    role_duties={
        "community_worker": ("appeals.intake", "appeals.accept", "appeals.call_back", "appeals.read"),
        "street_coordinator": (
            "appeals.intake",
            "appeals.accept",
            "appeals.dispatch",
            "appeals.call_back",
            "appeals.read",
        ),
        "district_coordinator": ("appeals.read",),
        "unit_handler": ("appeals.handle", "appeals.read"),
    },
    guards=(
        *(Guard(f"appeals.{model}", READ) for model in ("Catalogue", "Field", "Category", "Item")),
        Guard(
            "appeals.Appeal",
            case_roles("case_id", staff="SIU", handler="S", resident="SI", job="SU"),
            personal=True,
            neutral=(
                "item",
                "channel",
                "entity",
                "anonymous",
                "language",
                "opened_at",
            ),
        ),
        Guard(
            "appeals.Appellant",
            case_roles("case_id", staff="SI", handler="", resident="SI", job="SUD"),
            personal=True,
            neutral=("confidential",),
        ),
        Guard(
            "appeals.CallBack",
            case_roles("case_id", staff="SI", handler="", resident="SI", job="SU"),
            personal=True,
            neutral=(
                "case",
                "at",
                "post",
                "organisation",
                "online",
                "reached",
            ),
        ),
    ),
    personal=(
        Personal(
            "appeals.Appeal.text", _("what was reported"), _WORK, "statutory_duty", "P5Y", _CLOSED, "text"
        ),
        Personal(
            "appeals.Appellant.name",
            pgettext_lazy("person", "name"),
            _REACH,
            "statutory_duty",
            "P2Y",
            _CLOSED,
            "name",
        ),
        Personal("appeals.Appellant.phone", _("phone"), _REACH, "statutory_duty", "P2Y", _CLOSED, "phone"),
        Personal(
            "appeals.Appellant.phone_match",
            _("match key of the phone"),
            _("find repeats"),
            "statutory_duty",
            "P2Y",
            _CLOSED,
            "never",
        ),
        Personal(
            "appeals.Appellant.resident_id",
            _("resident who was logged in"),
            _("show people their own matters"),
            "statutory_duty",
            "P2Y",
            _CLOSED,
            "never",
        ),
        Personal("appeals.CallBack.solved", _("solved"), _REACH, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("appeals.CallBack.grade", _("grade"), _REACH, "statutory_duty", "P5Y", _CLOSED, "none"),
        Personal("appeals.CallBack.note", _("note"), _REACH, "statutory_duty", "P5Y", _CLOSED, "text"),
    ),
    retention=(
        Retention("appeals.Appellant", "P2Y", "case__closed_at", "erase"),
        Retention("appeals.Appeal", "P5Y", "case__closed_at", "tombstone"),
        Retention("appeals.CallBack", "P5Y", "case__closed_at", "tombstone"),
    ),
    subjects=(
        Subject("appeals.Appeal", "case_id", "case"),
        Subject("appeals.Appellant", "case_id", "case"),
        Subject("appeals.Appellant", "resident_id", "resident", erasable=False),  # goes with its matter
        Subject("appeals.CallBack", "case_id", "case"),
    ),
    follows=(Follows("appeals.Appellant", open="the person's own matter goes on"),),
    assess=("sensitive", "sharing"),
    lifecycles=(LIFECYCLE,),
    indicators=INDICATORS,
    rows=ROWS,
    listeners=(
        Listener(CaseMoved, "lianglin.appeals.tasks:refresh_figures"),
        Listener(CaseMoved, "lianglin.appeals.tasks:tell_appellant"),
        Listener(CaseMoved, "lianglin.appeals.tasks:tell_posts"),
    ),
    notices=NOTICES,
    api="lianglin.appeals.api:router",
    answers=(Answer(OpenAppeal, "lianglin.appeals.actions:open_for"),),
    navigation=(
        NavItem("desk", _("Appeals"), "appeals:desk", "megaphone", "appeals.read", 20),
        NavItem("desk", _("Dispatch board"), "appeals:dispatch_board", "send", "appeals.dispatch", 15),
        NavItem("desk", _("Record"), "appeals:record", "plus", "appeals.intake", 25),
        NavItem("resident", _("Report a problem"), "appeals:report", "megaphone", order=20),
        NavItem("resident", _("See progress"), "appeals:track", "search", order=30),
    ),
    panels=(Panel("me", "appeals/public/_matters.html", "lianglin.appeals.views.matters:panel", 10),),
    database=("lianglin.appeals.queries.similar:install", "lianglin.appeals.queries.own:install"),
    seed="lianglin.appeals.seed.load:seed",
)
