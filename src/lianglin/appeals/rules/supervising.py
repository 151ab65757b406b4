"""The ladder of supervision 提醒→催办→约谈→通报: kinds of orders, their life as one table, who may give which.

Jinan's 12345 rules (art. 28) and Weifang's (art. 26) name when a unit is put under supervision, and that heads of
departments are called to a talk. An order is addressed to a unit, never to a person, and nothing is counted against one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ORDER, SUMMON = "appeals.supervise", "appeals.summon"
KINDS = (
    ("remind", _("reminder")),
    ("press", _("pressing order")),
    ("summon", _("summons to a talk")),
    ("report", _("naming in a circular")),
)
"""From the mildest to the hardest."""
DUTY = {"remind": ORDER, "press": ORDER, "summon": SUMMON, "report": SUMMON}
TWO_PEOPLE = frozenset({"report"})
"""Kinds that a second person approves before the unit hears of them."""
STATES = (
    ("proposed", _("waits for the second person")),
    ("issued", _("waits for the unit's answer")),
    ("answered", _("answered")),
    ("closed", _("closed")),
    ("withdrawn", _("taken back")),
    ("refused", _("not approved")),
    ("waived", _("not ordered, with a reason")),
)
OPEN = ("proposed", "issued", "answered")
TOLD = ("issued", "answered", "closed", "withdrawn")
"""States of what the unit knows of."""
GROUNDS = (
    ("overdue", _("past its limit")),
    ("long", _("long unsolved")),
    ("passed", _("passed back and forth")),
    ("weak", _("poorly handled")),
    ("other", _("another reason")),
)
"""Jinan's art. 28 in the words of the three ledgers."""


@dataclass(frozen=True)
class Deed:
    """One move of an order; ``note`` says whether words are needed."""

    code: str
    label: Any
    sources: tuple[str, ...]
    target: str
    note: bool = False
    by_unit: bool = False


DEEDS = (
    Deed("approve", _("approve as the second person"), ("proposed",), "issued"),
    Deed("refuse", _("do not approve"), ("proposed",), "refused", note=True),
    Deed("answer", _("answer the order"), ("issued",), "answered", note=True, by_unit=True),
    Deed("accept", _("accept the answer"), ("answered",), "closed"),
    Deed("return", _("not enough: answer again"), ("answered",), "issued", note=True),
    Deed("withdraw", _("take the order back"), ("issued", "answered"), "withdrawn", note=True),
)
BY_CODE = {deed.code: deed for deed in DEEDS}
PAST = {
    "propose": _("put before the second person"),
    "issue": pgettext_lazy("supervision", "ordered"),
    "waive": _("not ordered"),
    "approve": _("approved and ordered"),
    "refuse": _("not approved"),
    "answer": _("answered"),
    "accept": _("answer accepted"),
    "return": _("sent back: answer again"),
    "withdraw": _("taken back"),
}


def rank(kind: str) -> int:
    """How hard a kind is: 0 the mildest."""
    return [code for code, _label in KINDS].index(kind)


def harder_or_same(kind: str) -> list[str]:
    """The kind and all that are harder."""
    codes = [code for code, _label in KINDS]
    return codes[codes.index(kind) :]
