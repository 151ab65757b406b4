"""What can be set by dated rows: limits per stage and path, warnings, the ladder of supervision, ledgers, reopening.

The defaults are proposals where the law leaves it to the city: the 12345 rules of Jinan (art. 24) and Weifang (art. 22)
give five working days. For the petition path they are the Regulations on Petition Work of 2022 (dossier 3.9): counted in
calendar days, for where working days are meant the Regulations say so. A row may shorten those for the authority and
lengthen those of the petitioner, never the contrary (decision 0033).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

UNITS = (
    ("working_days", _("working days")),
    ("days", _("calendar days")),
    ("hours", _("hours")),
    ("times", _("times")),
    ("choice", _("1 yes, 0 no")),
)
GROUPS = (
    ("service", _("Limits of the service path (12345)")),
    ("petition", _("Limits of the petition path")),
    ("warning", _("Warning before the limit")),
    ("ladder", _("Ladder of supervision")),
    ("ledger", _("The three ledgers")),
    ("call_back", _("Call-back and remedy")),
    ("reopening", _("Reopening")),
)
CITY = _("proposal of the platform; no rule of the city was found")
HOTLINE = _("12345 rules of Jinan (art. 24) and Weifang (art. 22)")
PETITION = _("Regulations on Petition Work (2022)")


@dataclass(frozen=True)
class Kind:
    """Something that a dated row sets: its default, and how far a row may go from it."""

    code: str
    label: Any
    amount: int
    unit: str
    basis: Any = CITY
    per_item: bool = False
    """Whether a row may hold for one item or one class alone."""
    least: int = 0
    most: int = 366
    units: tuple[str, ...] = ()
    """Other units that a row may use instead."""

    @property
    def group(self) -> str:
        """The group on the page."""
        return self.code.partition(".")[0]

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every unit that a row may use."""
        return (self.unit, *self.units)


_DAYS = "working_days"
KINDS = (
    Kind("service.dispatch", _("until dispatch"), 1, _DAYS, least=1),
    Kind("service.handle", _("until the answer"), 5, _DAYS, HOTLINE, True, least=1, units=("hours",)),
    Kind("service.review", _("until the answer is checked"), 1, _DAYS, least=1),
    Kind("service.call_back", _("until the call-back"), 3, _DAYS, least=1),
    Kind("petition.accept", _("until the notice whether it is accepted"), 15, "days", PETITION, least=1, most=15),
    Kind("petition.answer", _("until the answer to the petition"), 60, "days", PETITION, least=1, most=60),
    Kind("petition.extension", _("longest extension of the answer"), 30, "days", PETITION, most=30),
    Kind("petition.ask_review", _("for asking for a review"), 30, "days", PETITION, least=30),
    Kind("petition.review", _("until the opinion on review"), 30, "days", PETITION, least=1, most=30),
    Kind("petition.ask_recheck", _("for asking for a re-check"), 30, "days", PETITION, least=30),
    Kind("petition.recheck", _("until the opinion on re-check"), 30, "days", PETITION, least=1, most=30),
    Kind("warning.before", _("warned so long before the limit"), 1, _DAYS, least=1, most=20),
    Kind("warning.urgent", _("warned so long before the limit, urgent matters"), 1, "hours", least=1, most=24),
    Kind("warning.petition", _("warned so long before the limit, petitions"), 5, _DAYS, PETITION, least=1, most=20),
    Kind("ladder.remind", _("reminder proposed: before the limit"), 1, _DAYS, most=20),
    Kind("ladder.press", _("pressing proposed: after the limit"), 0, _DAYS, most=60),
    Kind("ladder.summon", _("summons to a talk proposed: after the limit"), 5, _DAYS, most=120),
    Kind("ladder.report", _("naming in a circular proposed: after the limit"), 10, _DAYS, most=240),
    Kind("ladder.answer", _("for the answer to an order of supervision"), 2, _DAYS, least=1, most=30),
    Kind("ledger.long", _("long unsolved: past the limit by"), 10, _DAYS, least=1),
    Kind("ledger.extended", _("long unsolved: extended"), 2, "times", least=1, most=20),
    Kind("ledger.objections", _("passed back and forth: sent back by units"), 2, "times", least=1, most=20),
    Kind("ledger.unsolved", _("poorly handled: not solved, said the appellant"), 2, "times", least=1, most=20),
    Kind("ledger.returned", _("poorly handled: answer not accepted"), 2, "times", least=1, most=20),
    Kind("call_back.link", _("a link for grading is valid for"), 7, "days", least=1, most=60),
    Kind("call_back.remedy", _("until a badly graded matter is made good"), 3, _DAYS, CITY, True, least=1, most=30),
    Kind("call_back.again", _("until the second call-back"), 3, _DAYS, least=1, most=30),
    Kind("call_back.dispute", _("a unit can dispute a call-back result for"), 5, _DAYS, least=1, most=30),
    Kind("reopening.within", _("can be reopened after its end for"), 90, "days", CITY, True, least=15),
    Kind("reopening.times", _("can be reopened by the person"), 3, "times", CITY, True, least=1, most=20),
    Kind("reopening.straight", _("goes straight back to who answered"), 1, "choice", CITY, True, most=1),
)  # fmt: skip
BY_CODE = {kind.code: kind for kind in KINDS}
CODES = [(kind.code, kind.label) for kind in KINDS]
