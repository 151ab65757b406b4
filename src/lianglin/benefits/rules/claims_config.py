"""What an authority sets about claims: limits, rights after a refusal, public notices, standard reasons. Read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent.parent / "data" / "claims.yaml"


@dataclass(frozen=True)
class NoticeRule:
    """How long a public notice stands (working days), whether it says the amount, and on what it rests."""

    working_days: int
    amounts: bool
    source: str


@dataclass(frozen=True)
class Reason:
    """A standard reason of a refusal, in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class KnownPaper:
    """A paper whose name has ``word`` is known where a fact (``element``) or the register of persons says it."""

    word: str
    element: str
    register: str


@dataclass(frozen=True)
class Settings:
    """The file as it is used."""

    limits: dict[str, tuple[int, Any]]
    second_person_from_fen: int
    recertify_ahead_days: int
    review_days: int
    review_source: str
    court_months: int
    court_source: str
    notices: dict[str, NoticeRule]
    reasons: tuple[Reason, ...]
    known: tuple[KnownPaper, ...]
    grant_access_days: int
    closed_access_days: int
    sample: bool
    source: str

    def limit(self, stage: str) -> tuple[int, Any]:
        """Amount and unit of a stage."""
        return self.limits[stage]

    def notice(self, measure: str) -> NoticeRule | None:
        """The public notice that a measure's rule asks for; None where it asks for none."""
        return self.notices.get(measure)


@cache
def settings() -> Settings:
    """What stands in ``data/claims.yaml``."""
    held = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    public = held["public_notice"]
    return Settings(
        limits={stage: (int(amount), unit) for stage, (amount, unit) in held["limits"].items()},
        second_person_from_fen=int(held["second_person_from_fen"]),
        recertify_ahead_days=int(held["recertify_ahead_days"]),
        review_days=int(held["rights"]["review"]["days"]),
        review_source=held["rights"]["review"]["source"],
        court_months=int(held["rights"]["court"]["months"]),
        court_source=held["rights"]["court"]["source"],
        notices={
            one["code"]: NoticeRule(
                int(one.get("working_days", public["working_days"])),
                bool(one.get("amounts", public["amounts"])),
                one.get("source", ""),
            )
            for one in public["measures"]
        },
        known=tuple(
            KnownPaper(one["word"], one.get("element", ""), one.get("register", ""))
            for one in held["known_materials"]
        ),
        grant_access_days=int(held["grant_access_days"]),
        closed_access_days=int(held["closed_access_days"]),
        reasons=tuple(Reason(**one) for one in held["refusal_reasons"]),
        sample=bool(held["sample"]),
        source=held["source"],
    )


def months_on(day: date, months: int) -> date:
    """The same day so many months on; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
