"""Pure rules of data protection: the lifecycle of a rights request, durations, tombstones, deadlines of a breach.

Sources: PIPL (个人信息保护法) arts 44-50, 55-57; 网络数据安全管理条例 arts 12, 21, 23. What the law leaves open is a
proposal here: the clock of 15 working days, and 24 hours to the authority for what the law calls "immediately".
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lianglin.kit.domain import Lifecycle, Limit, Move, State

KIND = "rights"
ANSWER_DAYS = 15
"""Working days to answer a request (a proposal; the law says "in time")."""
TELL_AUTHORITY = timedelta(hours=24)
"""From finding a breach to telling the authority (a proposal; the law says "immediately")."""
RECORDS_YEARS = 3
"""How long assessments and records of sharing are kept at least (PIPL art. 56, 条例 art. 12)."""

KINDS = (
    ("see", _("see what is held about me")),
    ("copy", _("get a copy")),
    ("correct", _("correct something")),
    ("delete", _("delete something")),
    ("restrict", _("restrict its use")),
    ("lift", _("lift the restriction of its use")),
    ("explain", _("explain a decision or a rule")),
)
"""PIPL arts 44 (restrict), 45 (see, copy), 46 (correct), 47 (delete), 24 and 48 (explain)."""
ACTING_FOR = (
    ("self", _("the person")),
    ("guardian", _("the guardian")),
    ("relative", _("a close relative of somebody who died")),
)
RELATIONS = (
    ("spouse", _("husband or wife")),
    ("parent", _("mother or father")),
    ("child", _("daughter or son")),
    ("sibling", _("sister or brother")),
    ("grandparent", _("grandparent")),
    ("grandchild", _("grandchild")),
)
"""Close relatives (民法典 1045), who may ask about somebody who died (PIPL 49)."""
RELATION_PROOFS = (
    ("register", _("household register")),
    ("marriage", _("marriage certificate")),
    ("birth", _("birth certificate")),
    ("notary", _("notarial deed")),
    ("archive", _("certificate from a personnel file")),
    ("court", _("decision of a court")),
)
DEATH_PROOFS = (
    ("certificate", _("medical certificate of death")),
    ("cancelled", _("cancelled household registration")),
    ("court", _("declaration of death by a court")),
)
IDENTITY = (
    ("login", _("logged in by phone")),
    ("receipt", _("number and query code of the receipt")),
    ("papers", _("papers shown at the desk")),
)
REFUSAL_GROUNDS = (
    ("kept_by_law", _("a law says that it must be kept")),
    ("secret", _("a law says that it must stay secret")),
    ("duty", _("to tell or stop would hinder a legal duty")),
    ("not_proved", _("who asks did not prove who they are, or for whom they act")),
    ("others", _("it would give away somebody else's data")),
    ("correct_already", _("it was checked and is right as it stands")),
    ("not_held", _("nothing of this kind is held")),
)
"""PIPL arts 18, 35, 45, 47, 49 and 50: a refusal names one of these, and where to complain."""
EXTENTS = (
    ("consent", _("what is held by consent")),
    ("all", _("everything that no law keeps")),
)
RESULTS = (("passed", _("may go live")), ("failed", _("may not go live")))
WHY_ASSESSED = {
    "sensitive": _("it may hold sensitive data"),
    "automated": _("a machine makes or prepares decisions"),
    "sharing": _("data goes to other bodies"),
}
BASES = {
    "statutory_duty": _("a duty that a law gives"),
    "consent": _("consent"),
    "contract": _("a contract"),
    "emergency": _("an emergency"),
}
MASKS = {
    "name": _("surname only"),
    "id_number": _("first six and last four characters"),
    "phone": _("first three and last four digits"),
    "address": _("hidden"),
    "text": _("hidden"),
    "date": _("year only"),
    "none": _("shown"),
    "never": _("never shown"),
}

ASKED, IN_TIME = "privacy_asked", "privacy_in_time"
"""Codes of the two figures."""
LIFECYCLE = Lifecycle(
    kind=KIND,
    label=_("rights request"),
    prefix="GR",
    first="received",
    url="privacy:detail",
    read="privacy.check",
    own_url="privacy:request",
    outcomes=(("done", _("done")), ("partly", _("done in part")), ("refused", _("refused"))),
    phases=(
        ("received", _("request received")),
        ("checked", _("identity checked")),
        ("provided", _("looked up")),
        ("answered", _("answered")),
    ),
    states=(
        State("received", _("to be checked"), phase="received", expects="check"),
        State("checked", _("identity checked"), phase="checked", expects="provide"),
        State("provided", _("looked up"), phase="provided", expects="fulfil"),
        State("fulfilled", _("done"), phase="answered", final=True, settled=True),
        State("refused", _("refused"), phase="answered", final=True, settled=True),
        State("withdrawn", _("withdrawn"), phase="answered", final=True),
    ),
    limits=(Limit("answer", _("until the answer"), ANSWER_DAYS, "working_days"),),
    moves=(
        Move(
            "check",
            _("identity is in order"),
            ("received",),
            "checked",
            "privacy.check",
            fields=("identity",),
            past=_("identity checked"),
        ),
        Move(
            "prove",
            _("proved on the page"),
            ("received",),
            "checked",
            "resident.own_case",
            fields=("identity",),
            past=_("identity proved"),
        ),
        Move(
            "provide",
            _("say what is held"),
            ("checked",),
            "provided",
            "privacy.check",
            note="required",
            public=False,
            past=_("looked up by the community"),
        ),
        Move(
            "send_back",
            _("ask the community again"),
            ("provided",),
            "checked",
            "privacy.decide",
            note="required",
            public=False,
            past=_("asked again"),
        ),
        Move(
            "fulfil",
            _("do as asked"),
            ("checked", "provided"),
            "fulfilled",
            "privacy.decide",
            fields=("outcome",),
            note="required",
            stops=("answer",),
            past=_("done as asked"),
        ),
        Move(
            "refuse",
            _("refuse, with reasons"),
            ("received", "checked", "provided"),
            "refused",
            "privacy.decide",
            fields=("ground",),
            note="required",
            stops=("answer",),
            past=_("refused"),
        ),
        Move(
            "withdraw",
            _("withdraw"),
            ("received", "checked", "provided"),
            "withdrawn",
            "resident.own_case",
            stops=("answer",),
            past=_("withdrawn"),
        ),
    ),
)

# --- durations -------------------------------------------------------------------------------------------

_PARTS = re.compile(r"(\d+)([YMD])")


def parts(duration: str) -> dict[str, int]:
    """{"Y": 2, "M": 6} of an ISO 8601 duration in years, months and days; ValueError for anything else."""
    if not re.fullmatch(r"P(\d+[YMD])+", duration):
        raise ValueError(
            f"“{duration}” is no duration in years, months and days. Write for example P2Y or P30D."
        )
    return {unit: int(amount) for amount, unit in _PARTS.findall(duration)}


def before(day: date, duration: str) -> date:
    """The day that lies so long before ``day``; 29 February becomes the 28th where there is none."""
    found = parts(duration)
    months = day.year * 12 + day.month - 1 - 12 * found.get("Y", 0) - found.get("M", 0)
    year, month = divmod(months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last)) - timedelta(days=found.get("D", 0))


def in_words(duration: str) -> str:
    """A duration as people say it: "2 years", "7 days"."""
    found, words = parts(duration), []
    if years := found.get("Y"):
        words.append(ngettext("%(n)d year", "%(n)d years", years) % {"n": years})
    if months := found.get("M"):
        words.append(ngettext("%(n)d month", "%(n)d months", months) % {"n": months})
    if days := found.get("D"):
        words.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    return " ".join(words)


# --- erasure ---------------------------------------------------------------------------------------------

GONE = "已删除"
"""What stands where a text was that may not be empty."""


def tombstone(*, null: bool, blank: bool, kind: str, longest: int | None) -> Any:
    """What replaces a value: nothing where nothing may stand, else a word that says that it is gone.

    ``kind`` is "text", "number", "json" or "date"; ValueError for a date that must be there: declare "erase".
    """
    if null:
        return None
    if kind == "text":
        return "" if blank else GONE[: longest or len(GONE)]
    if kind in ("number", "json"):
        return 0 if kind == "number" else {}
    raise ValueError("A date that may not be empty cannot be emptied. Declare the table with method “erase”.")


# --- breaches --------------------------------------------------------------------------------------------

BREACH_MOVES = {
    "assess": ("open", "assessed"),
    "notify": ("assessed", "notified"),
    "close": ("notified", "closed"),
}
"""move -> (from, to); what harms nobody is closed from "assessed", with the reason in the measures."""


def authority_due(found_at: datetime) -> datetime:
    """Until when the authority must know."""
    return found_at + TELL_AUTHORITY


def breach_may(move: str, state: str, *, harmful: bool) -> bool:
    """Whether a breach may move so; without harm to anybody, the law lets the notice to persons fall (art. 57)."""
    source, _target = BREACH_MOVES[move]
    return state == source or (move == "close" and state == "assessed" and not harmful)
