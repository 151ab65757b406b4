"""Pure rules of appeals: the lifecycle as one table, outcomes, grades, repeats.

Limits are proposals (dossier 3.9, appeals.md): dispatch within 1 working day, handling per item of the
catalogue, call-back within 3 working days with three tries.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import Lifecycle, Limit, Move, State

KIND = "appeal"
CALL_TRIES = 3
MOST_REPRESENTATIVES = 5
"""Who speaks for several people (信访工作条例 art. 20): five at most."""

OUTCOMES = (
    ("solved", _("solved")),
    ("partly", _("partly solved")),
    ("explained", _("explained")),
    ("not_ours", _("not within public duty")),
    ("cannot_now", _("cannot be solved now")),
)
GRADES = (
    (5, _("very satisfied")),
    (4, _("satisfied")),
    (3, _("basically satisfied")),
    (2, _("dissatisfied")),
    (1, _("very dissatisfied")),
)
SATISFIED_FROM = 3  # 满意 = the top three of the five grades
SOLVED_ANSWERS = (("yes", _("solved")), ("partly", _("partly solved")), ("no", _("not solved")))
CHANNELS = (
    ("web", _("web")),
    ("phone", _("telephone")),
    ("desk", _("service desk")),
    ("saturday", _("Saturday desk")),
    ("visit", _("door-knock visit")),
    ("meeting", _("meeting")),
    ("paper", pgettext_lazy("channel", "letter")),
    ("hotline", _("12345 hotline")),
    ("email", _("e-mail")),
    ("api", _("interface")),
)
REFUSAL_GROUNDS = (
    ("emergency", _("an emergency: 110, 119, 120 or 122")),
    ("other_procedure", _("in court, arbitration, review or petition")),
    ("no_new_facts", _("the same matter without new facts")),
    ("secret", _("touches state, business or private secrets")),
    ("beyond_duty", _("beyond public duty")),
    ("unlawful", _("unlawful or against public order")),
)
PAUSE_GROUNDS = (
    ("expert", _("waiting for an expert opinion")),
    ("season", _("work is possible only in season")),
    ("appellant", _("waiting for the appellant")),
    ("procedure", _("waiting for a legal procedure")),
)

LIFECYCLE = Lifecycle(
    kind=KIND,
    label=_("appeal"),
    prefix="A",
    first="received",
    url="appeals:detail",
    read="appeals.read",
    own_url="appeals:mine",
    limits_by="lianglin.appeals.queries.provisions:stage_limit",
    outcomes=OUTCOMES,
    phases=(
        ("received", pgettext_lazy("phase", "received")),
        ("dispatched", pgettext_lazy("phase", "dispatched")),
        ("handling", pgettext_lazy("phase", "being handled")),
        ("answered", pgettext_lazy("phase", "answered")),
        ("settled", pgettext_lazy("phase", "settled")),
        ("called_back", pgettext_lazy("phase", "called back")),
        ("closed", pgettext_lazy("phase", "archived")),
    ),
    states=(
        State("received", _("received"), phase="received", expects="accept"),
        State("accepted", _("accepted"), phase="received", expects="dispatch"),
        State("dispatched", _("dispatched"), phase="dispatched", expects="take_on"),
        State("handling", _("being handled"), phase="handling", expects="answer"),
        State("paused", _("waiting"), phase="handling", expects="resume", paused=True),
        State("joined", _("handled together"), phase="handling", follows=True),
        State("answered", _("answered"), phase="answered", expects="settle"),
        State("settled", _("settled"), phase="settled", expects="call_back", settled=True),
        State("closed", _("closed"), phase="closed", final=True, settled=True),
        State("refused", _("not accepted"), phase="closed", final=True),
        State("redirected", _("passed on"), phase="closed", final=True),
        State("merged", _("merged"), phase="closed", final=True),
        State("withdrawn", _("withdrawn"), phase="closed", final=True),
    ),
    limits=(
        Limit("dispatch", _("until dispatch"), 1, "working_days", urgent_hours=1),
        Limit("handle", _("until the answer"), 5, "working_days", setting="item"),
        Limit("review", _("until the answer is checked"), 1, "working_days", urgent_hours=4),
        Limit("call_back", _("until the call-back"), 3, "working_days", urgent_hours=24),
    ),
    moves=(
        Move("accept", _("accept"), ("received",), "accepted", "appeals.accept", past=_("accepted")),
        Move(
            "answer_now",
            _("answer on the spot"),
            ("received", "accepted"),
            "settled",
            "appeals.accept",
            fields=("outcome",),
            note="required",
            stops=("dispatch",),
            starts="call_back",
            past=_("answered on the spot"),
        ),
        Move(
            "refuse",
            _("do not accept"),
            ("received", "accepted"),
            "refused",
            "appeals.accept",
            fields=("ground",),
            note="required",
            stops=("dispatch",),
            past=_("not accepted"),
        ),
        Move(
            "redirect",
            _("pass on"),
            ("received", "accepted"),
            "redirected",
            "appeals.dispatch",
            fields=("to",),
            note="required",
            stops=("dispatch",),
            past=_("passed on"),
        ),
        Move(
            "merge",
            _("merge"),
            ("received", "accepted", "dispatched", "handling"),
            "merged",
            "appeals.dispatch",
            fields=("parent",),
            stops=("dispatch", "handle"),
            past=_("merged with an earlier appeal"),
        ),
        Move(
            "join",
            _("merge"),
            ("received", "accepted", "dispatched", "handling"),
            "joined",
            "appeals.dispatch",
            fields=("parent",),
            stops=("dispatch",),
            starts="handle",
            past=_("handled together with an earlier appeal"),
        ),
        Move(
            "join_wish",
            _("join, as the appellant asked"),
            ("received", "accepted", "dispatched"),
            "joined",
            "system",
            fields=("parent",),
            stops=("dispatch",),
            starts="handle",
            past=_("handled together with an earlier appeal, as the appellant asked"),
        ),
        Move(
            "follow",
            _("answer with the earlier appeal"),
            ("joined",),
            "settled",
            "system",
            fields=("outcome", "parent"),
            note="required",
            stops=("handle",),
            starts="call_back",
            past=_("answered with the earlier appeal"),
        ),
        Move(
            "unmerge",
            _("take apart again"),
            ("joined", "merged"),
            "accepted",
            "appeals.dispatch",
            note="required",
            stops=("handle",),
            starts="dispatch",
            past=_("handled by itself again"),
        ),
        Move(
            "release",
            _("handle by itself"),
            ("joined",),
            "accepted",
            "system",
            stops=("handle",),
            starts="dispatch",
            past=_("handled by itself: the earlier appeal ended without an answer"),
        ),
        Move(
            "call_out",
            _("give to the unit on call"),
            ("received", "accepted"),
            "dispatched",
            "system",
            fields=("unit",),
            stops=("dispatch",),
            starts="handle",
            past=_("given to the unit on call"),
        ),
        Move(
            "give_back",
            _("give back to the unit that answered"),
            ("accepted",),
            "dispatched",
            "system",
            fields=("unit",),
            stops=("dispatch",),
            starts="handle",
            past=_("given back to the unit that answered"),
        ),
        Move(
            "dispatch",
            _("dispatch"),
            ("received", "accepted"),
            "dispatched",
            "appeals.dispatch",
            fields=("unit",),
            stops=("dispatch",),
            starts="handle",
            past=_("dispatched"),
        ),
        Move(
            "object",
            _("send back: not ours"),
            ("dispatched", "handling"),
            "accepted",
            "appeals.handle",
            note="required",
            stops=("handle",),
            starts="dispatch",
            past=_("sent back to the dispatcher"),
        ),
        Move("take_on", _("take on"), ("dispatched",), "handling", "appeals.handle", past=_("taken on")),
        Move(
            "pause",
            _("wait lawfully"),
            ("handling",),
            "paused",
            "appeals.handle",
            fields=("ground",),
            note="required",
            pauses=True,
            past=_("waiting"),
        ),
        Move(
            "resume",
            _("go on"),
            ("paused",),
            "handling",
            "appeals.handle",
            resumes=True,
            past=_("work goes on"),
        ),
        Move(
            "answer",
            _("answer"),
            ("dispatched", "handling"),
            "answered",
            "appeals.handle",
            fields=("outcome",),
            note="required",
            stops=("handle",),
            starts="review",
            past=_("answered"),
        ),
        Move(
            "send_back",
            _("not enough: handle again"),
            ("answered",),
            "handling",
            "appeals.dispatch",
            note="required",
            stops=("review",),
            starts="handle",
            past=_("handled again"),
        ),
        Move(
            "settle",
            _("accept the answer"),
            ("answered",),
            "settled",
            "appeals.dispatch",
            stops=("review",),
            starts="call_back",
            past=_("settled"),
        ),
        Move(
            "call_back",
            _("record the call-back"),
            ("settled",),
            "closed",
            "appeals.call_back",
            stops=("call_back",),
            past=_("called back"),
        ),
        Move(
            "confirm",
            _("confirm the result"),
            ("settled",),
            "closed",
            "resident.own_case",
            fields=("solved",),
            stops=("call_back",),
            past=_("confirmed by the resident"),
        ),
        Move(
            "handle_again",
            _("not solved: handle again"),
            ("settled",),
            "accepted",
            "appeals.call_back",
            note="required",
            stops=("call_back",),
            starts="dispatch",
            past=_("handled again"),
        ),
        Move(
            "reopen",
            _("not satisfied: handle again"),
            ("settled", "closed", "refused"),
            "accepted",
            "resident.own_case",
            note="required",
            stops=("call_back",),
            starts="dispatch",
            past=_("reopened"),
        ),
        Move(
            "withdraw",
            _("withdraw"),
            ("received", "accepted", "dispatched", "handling", "paused", "joined"),
            "withdrawn",
            "resident.own_case",
            stops=("dispatch", "handle"),
            past=_("withdrawn"),
        ),
    ),
)

LEADABLE = frozenset({"received", "accepted", "dispatched", "handling", "paused", "answered"})
"""States in which an appeal can still lead others: it is in hand and not yet settled."""
UNTAKEN = frozenset({"received", "accepted", "dispatched"})
"""States of an appeal that nobody has taken on yet."""
TOGETHER = frozenset({"joined", "merged"})
"""States of an appeal that was merged into another."""


def counts_as_satisfied(grade: int) -> bool:
    """满意: one of the top three of the five grades."""
    return grade >= SATISFIED_FROM


def is_last_try(tries_before: int) -> bool:
    """Whether an unanswered call now is the third, which closes the case."""
    return tries_before + 1 >= CALL_TRIES
