"""What pages about problem classes, projects and campaigns say: areas, codes, tones, intervals, verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals.models import ProblemClass
from lianglin.appeals.queries import catalogue, worklists
from lianglin.appeals.rules import effect
from lianglin.kit.money import fen_to_yuan
from lianglin.places.areas import area

TONES = {
    "candidate": "new", "confirmed": "active", "cause_found": "active", "under_way": "active", "measured": "waiting",
    "closed": "closed", "reopened": "warn", "refused": "closed",
}  # fmt: skip
PROJECT_TONES = {
    "proposed": "waiting", "approved": "active", "delivered": "waiting", "accepted": "good", "refused": "closed",
    "given_up": "closed",
}  # fmt: skip
VERDICT_TONES = {
    effect.FELL: "good", effect.ROSE: "bad", effect.AS_ELSEWHERE: "plain", effect.SAME: "plain",
    effect.TOO_FEW: "plain", effect.TOO_EARLY: "plain",
}  # fmt: skip


def area_label(code: str) -> str:
    """The name of an area."""
    known = area(code)
    return known.label if known else code


def area_labels(codes: Iterable[str]) -> dict[str, str]:
    """Code -> name, each asked for once."""
    return {code: area_label(code) for code in set(codes)}


def areas_of(actor: Actor) -> list[tuple[str, str]]:
    """The areas a post may draw things up for: its own and those just below."""
    own = [(actor.low, area_label(actor.low))] if actor.role == "staff" and len(actor.low) >= 6 else []
    return [*own, *worklists.places_below(actor)]


def covers(codes: Iterable[str]) -> str:
    """The names of catalogue codes."""
    between = ", " if get_language() == "en" else "、"
    return between.join(catalogue.name_of(code) for code in codes)


def ratio(value: float | None, low: float, high: float | None) -> str:
    """A ratio and where it may lie, with two decimals; in words where nothing stands to compare with."""
    if value is None and high is None:
        return _("nothing to compare with")
    shown = "–" if value is None else f"{value:.2f}"
    return f"{shown} ({low:.2f}–{'∞' if high is None else f'{high:.2f}'})"


def change(ratio: float | None) -> str:
    """A ratio as more or fewer in percent."""
    if ratio is None:
        return _("nothing before to compare with")
    percent = round(abs(1 - ratio) * 100)
    if percent == 0:
        return _("as many")
    return (_("%(n)d %% fewer") if ratio < 1 else _("%(n)d %% more")) % {"n": percent}


def yuan(fen: int | None) -> str:
    """An amount for the page, with blanks between thousands."""
    if fen is None:
        return "–"
    whole, _dot, cents = fen_to_yuan(fen).partition(".")
    return f"{int(whole):,}.{cents}"


def row_of(problem: ProblemClass, labels: dict[str, str], counts: dict[int, int]) -> dict[str, Any]:
    """A class as its list shows it."""
    return {
        "problem": problem,
        "area": labels.get(problem.scope_code, problem.scope_code),
        "covers": covers(problem.codes),
        "tone": TONES[problem.state],
        "cases": counts.get(problem.pk, 0),
    }
