"""好差评: the reasons that go with a grade, read from dated data; which grades make a remedy; how a call came out."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

REASONS = Path(__file__).parents[1] / "data" / "grade_reasons.csv"
BAD = 2
"""不满意 and 非常不满意: these grades make a remedy."""
RESULTS = (
    ("no_answer", _("nobody answered")),
    ("busy", _("busy, or switched off")),
    ("later", _("asked to call at another time")),
    ("wrong_number", _("wrong number")),
    ("declined", _("did not want to answer")),
)
"""How a call came out that gave no answer."""
HOLD_MINUTES = 30
"""So long a call that somebody took from the list is kept for that post."""


@dataclass(frozen=True)
class Reason:
    """One reason with the grades it belongs to, in both languages, and its days."""

    code: str
    lowest: int
    highest: int
    zh: str
    en: str
    valid_from: date
    valid_to: date | None

    @property
    def label(self) -> str:
        """In the reader's language."""
        return self.en if get_language() == "en" else self.zh

    def fits(self, grade: int) -> bool:
        """Whether it belongs to a grade."""
        return self.lowest <= grade <= self.highest


@cache
def all_reasons() -> tuple[Reason, ...]:
    """Every reason of the data, in its order."""
    with REASONS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Reason(
                row["code"], int(row["lowest"]), int(row["highest"]), row["zh"], row["en"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def reasons_on(day: date) -> list[Reason]:
    """The reasons that can be ticked on a day."""
    return [
        one
        for one in all_reasons()
        if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
    ]


def choices(day: date) -> list[tuple[str, str]]:
    """The same for a form."""
    return [(one.code, one.label) for one in reasons_on(day)]


def labels(codes: str) -> list[str]:
    """Stored codes (with commas between them) in words."""
    known = {one.code: one.label for one in all_reasons()}
    return [known[code] for code in codes.split(",") if code in known]


def misfits(codes: list[str], grade: int | None) -> list[str]:
    """Reasons that do not go with the grade; all, where there is no grade."""
    known = {one.code: one for one in all_reasons()}
    return [code for code in codes if code not in known or grade is None or not known[code].fits(grade)]


def makes_remedy(grade: int | None, solved: str) -> bool:
    """Whether an answer makes a remedy: badly graded, and not handled again anyway because it is not solved."""
    return grade is not None and grade <= BAD and solved in ("yes", "partly")
