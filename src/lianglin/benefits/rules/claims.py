"""Pure rules of claims: the lifecycle as one table, channels, kinds of papers, what a state means.

Nothing here refuses or grants by itself: every decision is a move of a person with a duty (PIPL art. 24). The
authority may ask for what is missing once, and names all of it then (一次性告知).
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.benefits.rules.claims_config import settings
from lianglin.kit.domain import Lifecycle, Limit, Move, State

KIND = "claim"
ACCOMPANY, READ, DECIDE, OWN = (
    "benefits.claim",
    "benefits.read_claims",
    "benefits.decide",
    "resident.own_case",
)
CHANNELS = (
    ("match", _("begun from a match")),
    ("desk", _("service desk")),
    ("visit", _("door-knock visit")),
    ("web", _("web")),
    ("phone", _("telephone")),
)
OUTCOMES = (
    ("granted", _("granted")),
    ("refused", _("refused")),
    ("declined", _("declined by the resident")),
    ("withdrawn", _("withdrawn by the resident")),
)
MANDATE_KINDS = (
    ("guardian", _("guardian")),
    ("written", _("written authorisation")),
    ("relative", _("close relative, by written authorisation")),
    ("committee", _("residents' committee, by written authorisation")),
)
MANDATE_PAPERS = (
    ("register", _("household register")),
    ("authorisation", _("signed authorisation")),
    ("decision", _("decision of a court or authority")),
)
MOST_MANDATE_DAYS = 366
"""A written authorisation is given for a year at most, and again after that."""
OPEN = (
    "offered", "gathering", "filed", "returned", "public", "examined", "to_confirm", "granted", "paid", "recertify",
)  # fmt: skip
UNDECIDED = OPEN[:7]
BEFORE_FILING = ("offered", "gathering", "declined")
_ALL = tuple(settings().limits)


def _limit(stage: str, label: object) -> Limit:
    amount, unit = settings().limit(stage)
    return Limit(stage, label, amount, unit, setting="claims.yaml")  # pyright: ignore[reportArgumentType]


LIFECYCLE = Lifecycle(
    kind=KIND,
    label=_("claim"),
    prefix="B",
    first="offered",
    url="benefits:claim",
    read="benefits.read_claims",
    own_url="benefits:own_claim",
    outcomes=OUTCOMES,
    phases=(
        ("offered", pgettext_lazy("phase", "offered")),
        ("gathering", pgettext_lazy("phase", "papers")),
        ("filed", pgettext_lazy("phase", "with the authority")),
        ("decided", pgettext_lazy("phase", "decided")),
        ("paid", pgettext_lazy("phase", "paid or provided")),
        ("ended", pgettext_lazy("phase", "ended")),
    ),
    states=(
        State("offered", _("offered"), phase="offered", expects="accept"),
        State("gathering", _("papers are being gathered"), phase="gathering", expects="file"),
        State("filed", _("filed with the authority"), phase="filed", expects="grant"),
        State("returned", _("more papers are needed"), phase="filed", expects="complete"),
        State("public", _("on public notice"), phase="filed", expects="notice_over"),
        State("examined", _("notice over, to be decided"), phase="filed", expects="grant"),
        State("to_confirm", _("waits for the second person"), phase="filed", expects="confirm"),
        State("granted", _("granted"), phase="decided", expects="pay", settled=True),
        State("paid", _("paid or provided"), phase="paid", expects="recertify_due", settled=True),
        State("recertify", _("to be looked at again"), phase="paid", expects="recertify", settled=True),
        State("refused", _("refused"), phase="ended", final=True, settled=True),
        State("declined", _("declined by the resident"), phase="ended", final=True),
        State("withdrawn", _("withdrawn by the resident"), phase="ended", final=True),
        State("ended", _("ended"), phase="ended", final=True, settled=True),
    ),
    limits=(
        _limit("offer", _("until the resident answers")),
        _limit("gather", _("until it is filed")),
        _limit("decide", _("until the decision")),
        _limit("complete", _("until the papers are complete")),
        _limit("public", _("until the public notice ends")),
        _limit("confirm", _("until the second person has looked")),
        _limit("pay", _("until it is paid or provided")),
        _limit("recertify", _("until it is looked at again")),
    ),
    moves=(
        Move(
            "accept", _("accept the offer"), ("offered",), "gathering", OWN, stops=("offer",), starts="gather",
            past=_("accepted by the resident"),
        ),
        Move(
            "record_accept", _("record that the resident accepts"), ("offered",), "gathering", ACCOMPANY,
            stops=("offer",), starts="gather", past=_("accepted by the resident, recorded at the desk"),
        ),
        Move(
            "decline", _("decline"), ("offered", "gathering"), "declined", OWN, stops=("offer", "gather"),
            past=_("declined by the resident"),
        ),
        Move(
            "record_decline", _("record that the resident declines"), ("offered", "gathering"), "declined", ACCOMPANY,
            stops=("offer", "gather"), past=_("declined by the resident, recorded at the desk"),
        ),
        Move(
            "undo", _("undo my answer"), ("gathering", "declined"), "offered", OWN, stops=("gather",),
            starts="offer", past=_("the answer was undone"),
        ),
        Move(
            "file", _("file with the authority"), ("gathering",), "filed", ACCOMPANY, fields=("unit",),
            stops=("gather",), starts="decide", past=_("filed with the authority"),
        ),
        Move(
            "ask_more", _("ask for what is missing, all at once"), ("filed",), "returned", DECIDE, note="required",
            stops=("decide",), starts="complete", past=_("everything that is missing was named at once"),
        ),
        Move(
            "complete", _("hand in what was missing"), ("returned",), "filed", ACCOMPANY,
            stops=("complete",), starts="decide", past=_("what was missing was handed in"),
        ),
        Move(
            "hand_in", _("hand in what was missing"), ("returned",), "filed", OWN,
            stops=("complete",), starts="decide", past=_("what was missing was handed in"),
        ),
        Move(
            "publish", _("put on public notice"), ("filed",), "public", DECIDE, stops=("decide",), starts="public",
            past=_("put on public notice"),
        ),
        Move(
            "notice_over", _("the public notice is over"), ("public",), "examined", "system", stops=("public",),
            starts="decide", past=_("the public notice is over; names were removed"),
        ),
        Move(
            "stop_notice", _("take the public notice down"), ("public",), "examined", DECIDE, note="required",
            stops=("public",), starts="decide", past=_("the public notice was taken down"),
        ),
        Move(
            "propose", _("propose to grant, for the second person"), ("filed", "examined"), "to_confirm", DECIDE,
            stops=("decide",), starts="confirm", past=_("proposed to be granted; a second person looks"),
        ),
        Move(
            "confirm", _("confirm as the second person"), ("to_confirm",), "granted", DECIDE, stops=("confirm",),
            starts="pay", past=_("granted, by a second person"),
        ),
        Move(
            "not_confirm", _("send back to whoever proposed it"), ("to_confirm",), "examined", DECIDE,
            note="required", stops=("confirm",), starts="decide", past=_("sent back by the second person"),
        ),
        Move(
            "grant", _("grant the claim"), ("filed", "examined"), "granted", DECIDE, stops=("decide",), starts="pay",
            past=_("granted"),
        ),
        Move(
            "refuse", _("refuse, with written reasons"), ("filed", "examined", "returned"), "refused", DECIDE,
            fields=("reasons",), note="required", stops=("decide", "complete"), past=_("refused"),
        ),
        Move(
            "pay", _("record the payment or what was provided"), ("granted",), "paid", DECIDE, stops=("pay",),
            past=_("paid or provided"),
        ),
        Move(
            "pay_once", _("record a payment made once"), ("granted",), "ended", DECIDE, stops=("pay",),
            past=_("paid or provided, once; nothing more is due"),
        ),
        Move(
            "recertify_due", _("to be looked at again"), ("paid",), "recertify", "system", starts="recertify",
            past=_("due to be looked at again"),
        ),
        Move(
            "recertify", _("still qualifies"), ("recertify",), "paid", ACCOMPANY, note="required",
            stops=("recertify",), past=_("looked at again: goes on"),
        ),
        Move(
            "end", _("end it"), ("granted", "paid", "recertify"), "ended", DECIDE, note="required",
            stops=("pay", "recertify"), past=_("ended"),
        ),
        Move(
            "finish", _("finished: nothing more is due"), ("paid",), "ended", "system", past=_("finished"),
        ),
        Move(
            "withdraw", _("withdraw the claim"), OPEN, "withdrawn", OWN, stops=_ALL, past=_("withdrawn by the resident"),
        ),
        Move(
            "record_withdraw", _("record that the resident withdraws"), OPEN, "withdrawn", ACCOMPANY, note="required",
            stops=_ALL, past=_("withdrawn by the resident, recorded at the desk"),
        ),
    ),
)  # fmt: skip


def known_material(name: str) -> str:
    """A material's name without blanks and brackets, so that one paper is one line."""
    return "".join(name.split()).strip("（）()。;；")


def needs_second_person(amount_fen: int | None) -> bool:
    """Whether a grant of this amount is looked at by somebody else first."""
    return amount_fen is not None and amount_fen > settings().second_person_from_fen


def mandate_holds(from_on: date, to_on: date | None, ended_on: date | None, day: date) -> bool:
    """Whether an authorisation is in force on a day."""
    last = min((one for one in (to_on, ended_on) if one is not None), default=None)
    return from_on <= day and (last is None or day <= last)
