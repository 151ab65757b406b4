"""A measure in words for pages: problems, examples, steps, what the states look like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.queries import packages
from lianglin.benefits.queries.checking import Report
from lianglin.benefits.rules import life
from lianglin.engines.eligibility.package import Problem
from lianglin.kit import clock

State = MeasureVersion.State
TONES = {
    "draft": "new", "legal_check": "waiting", "checked": "waiting", "approved": "active", "in_force": "good",
    "amended": "closed", "expired": "closed", "dropped": "closed",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One problem: where it stands, the word, what is wrong, what is allowed."""

    place: str
    line: int
    word: str
    message: str
    allowed: str


def in_english() -> bool:
    """Whether the reader reads English."""
    return get_language() == "en"


def problem_words(problems: Iterable[Problem], *, path: bool = False) -> list[Said]:
    """Problems in the reader's language, in the order of the text; ``path``: the file is named, too."""
    return [
        Said(
            f"{problem.path}:{problem.line}:{problem.column}" if path else f"{problem.line}:{problem.column}",
            problem.line,
            problem.word,
            problem.message_en if in_english() else problem.message,
            " · ".join(problem.allowed),
        )
        for problem in sorted(problems, key=lambda one: (one.path, one.line, one.column))
    ]


def lines_of(source: str, report: Report) -> list[dict[str, Any]]:
    """The text line by line, each with its problems; for reading beside the editor."""
    wrong: dict[int, list[Said]] = {}
    for said in problem_words(report.problems):
        wrong.setdefault(said.line, []).append(said)
    return [
        {"number": number, "text": text, "problems": wrong.get(number, ())}
        for number, text in enumerate(source.split("\n"), start=1)
    ]


def failure_words(report: Report) -> list[str]:
    """Examples that come out otherwise, in the reader's language."""
    return [failure.message_en if in_english() else failure.message for failure in report.failures]


def warning_words(version: MeasureVersion) -> list[tuple[str, str]]:
    """(words, tone) of what is to be looked at."""
    said = {
        "review": (_("to be reviewed now"), "bad"),
        "review_soon": (_("to be reviewed soon"), "warn"),
        "lapses": (_("its basis lapses soon"), "warn"),
        "lapsed": (_("its last day is over"), "bad"),
    }
    return [said[key] for key in life.warnings(version.valid_to, version.review_on, clock.today())]


def steps_of(version: MeasureVersion, names: dict[int, str]) -> list[dict[str, Any]]:
    """The way of a version so far, for the step list. ``names``: account id -> who, as far as the reader may know."""
    order = ["draft", "legal_check", "checked", "approved", "in_force"]
    labels = {
        "draft": _("written"), "legal_check": _("legal check"), "checked": _("found in order"), "approved": _("approved"),
        "in_force": _("in force"),
    }  # fmt: skip
    at = {
        "draft": version.drafted_at, "checked": version.checked_at, "approved": version.approved_at,
        "in_force": version.in_force_at,
    }  # fmt: skip
    who = {
        "draft": version.drafted_by_id,
        "checked": version.checked_by_id,
        "approved": version.approved_by_id,
    }
    place = order.index(version.state) if version.state in order else len(order)
    found: list[dict[str, Any]] = []
    for number, state in enumerate(order):
        if state == "legal_check" and place > number:
            continue
        done = number < place or version.state == "in_force"
        if place == len(order) and at.get(state) is None:
            continue
        found.append(
            {
                "name": labels[state],
                "state": "done" if done else "now" if number == place else "todo",
                "at": at.get(state) if done or number == place else None,
                "who": names.get(who.get(state) or 0, "") if done or number == place else "",
            }
        )
    if place == len(order):
        found.append({"name": version.get_state_display(), "state": "done", "at": version.ended_at})
    return found


def vocabulary() -> list[dict[str, Any]]:
    """The facts that a rule may name, for the help beside the editor."""
    kinds = {"number": _("number"), "date": _("date"), "flag": _("yes or no"), "code": _("one of")}
    return [
        {
            "name": fact.name,
            "kind": _("money") if fact.money else kinds[fact.kind],
            "unit": fact.unit,
            "values": " · ".join(label for label, _english in list(fact.values.values())[:12]),
        }
        for fact in packages.known_facts()
    ]
