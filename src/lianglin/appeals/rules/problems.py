"""From one case to a class of cases (R060, R061): the life of a problem class, of a project and its kinds, as tables.

No Django beyond the words, no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.guards import Text

DRAW_UP, DECIDE = "appeals.problems", "appeals.decide_problems"
"""Who follows a class of problems; who takes the second look at what binds."""

BREADTHS = (
    ("item", _("items of the catalogue")),
    ("class", _("a class of the catalogue")),
    ("field", _("a field of the catalogue")),
)
"""How wide a problem class is: one case is the case itself; a class of cases; a whole field (促进一个领域)."""
DIGITS = {"item": 6, "class": 4, "field": 2}
"""Length of the catalogue's codes: an item's begins with its class's, that with its field's."""
MOST_CODES = 12
ORIGINS = (
    ("candidate", _("found by the nightly search")),
    ("cases", _("from ticked appeals")),
    ("hand", _("by hand")),
)
CAUSES = (
    ("rule", _("a rule is missing or outdated")),
    ("duty", _("nobody's duty, or several units' duty")),
    ("money", _("money is missing")),
    ("works", _("pipes, buildings, roads: works are needed")),
    ("upkeep", _("upkeep and service")),
    ("conduct", _("how a unit or a business acts")),
    ("knowledge", _("people do not know the way")),
    ("other", pgettext_lazy("cause", "something else")),
)
MEASURES = (
    ("rule", _("a rule")),
    ("project", _("a project")),
    ("campaign", _("a campaign")),
    ("other", pgettext_lazy("measure", "another measure")),
)


@dataclass(frozen=True)
class Step:
    """One move of a table: from any of ``sources`` to ``target``, by whoever holds ``duty``.

    ``said``: a reason must be given. ``second``: not by who made the matter (two people).
    """

    code: str
    label: Text
    past: Text
    sources: tuple[str, ...]
    target: str
    duty: str = DRAW_UP
    said: bool = False
    second: bool = False


CANDIDATE, CONFIRMED, REFUSED, CLOSED = "candidate", "confirmed", "refused", "closed"
STATES = (
    (CANDIDATE, _("candidate")),
    (CONFIRMED, pgettext_lazy("problem class", "confirmed")),
    ("cause_found", _("cause found")),
    ("under_way", _("measures running")),
    ("measured", _("effect measured")),
    (CLOSED, pgettext_lazy("problem class", "closed")),
    ("reopened", pgettext_lazy("problem class", "reopened")),
    (REFUSED, pgettext_lazy("problem class", "refused")),
)
FINISHED = (CLOSED, REFUSED)
"""States in which a class holds no case any more."""
SHOWN = ("confirmed", "cause_found", "under_way", "measured", "closed", "reopened")
"""States in which residents may be told of a class."""
STEPS = (
    Step(
        "confirm",
        _("Confirm it"),
        pgettext_lazy("problem class", "confirmed"),
        (CANDIDATE,),
        CONFIRMED,
        DECIDE,
        second=True,
    ),
    Step(
        "refuse",
        _("Refuse it"),
        pgettext_lazy("problem class", "refused"),
        (CANDIDATE,),
        REFUSED,
        DECIDE,
        said=True,
    ),
    Step(
        "find_cause",
        _("Write down the root cause"),
        _("root cause written down"),
        ("confirmed", "reopened", "cause_found", "under_way", "measured"),
        "cause_found",
        said=True,
    ),
    Step(
        "start", _("Add a measure"), _("measure added"), ("cause_found", "under_way", "measured"), "under_way"
    ),
    Step("measure", _("Measure the effect"), _("effect measured"), ("under_way", "measured"), "measured"),
    Step(
        "close",
        _("Close it"),
        pgettext_lazy("problem class", "closed"),
        ("measured",),
        CLOSED,
        DECIDE,
        said=True,
        second=True,
    ),
    Step("reopen", _("Reopen the class"), _("opened again"), (CLOSED,), "reopened", DECIDE, said=True),
    Step("leave", _("Leave it closed"), _("left closed"), (CLOSED,), CLOSED, DECIDE, said=True),
)
"""The life of a problem class. A cause found anew sends it back to its measures."""
NOTED = {
    "made": _("put together"),
    "add": _("appeals added"),
    "remove": _("appeal taken out"),
    "owner": _("owner changed"),
    "publish": _("shown to residents"),
    "hide": _("no longer shown to residents"),
    "rises": _("the count rises again"),
}
"""What the history tells besides the moves."""


def step(code: str) -> Step:
    """The move with this code; KeyError when the table has none."""
    return next(one for one in STEPS if one.code == code)


def steps_from(state: str) -> tuple[Step, ...]:
    """The moves that the table allows from a state."""
    return tuple(one for one in STEPS if state in one.sources)


def past(code: str) -> Text:
    """What the history says of a move or a note."""
    return NOTED[code] if code in NOTED else step(code).past


# --- projects (R059) ---------------------------------------------------------------------------------------

PROJECT_STATES = (
    ("proposed", pgettext_lazy("project", "proposed")),
    ("approved", pgettext_lazy("project", "approved")),
    ("delivered", pgettext_lazy("project", "delivered")),
    ("accepted", pgettext_lazy("project", "accepted")),
    ("refused", pgettext_lazy("project", "refused")),
    ("given_up", pgettext_lazy("project", "given up")),
)
PROJECT_OPEN = ("proposed", "approved", "delivered")
PROJECT_NOTED = {
    "made": _("proposed for approval"),
    "reach": _("milestone done"),
    "put_off": _("milestone put off"),
}
"""What a project's history tells besides the moves."""
MONEY = (
    ("district", _("budget of the district")),
    ("city", _("budget of the city")),
    ("upper", _("transfer of the province or the State")),
    ("fund", _("maintenance fund")),
    ("company", _("a company's own money")),
    ("mixed", _("several sources")),
    ("none", _("no money needed")),
)
PROJECT_STEPS = (
    Step(
        "approve",
        _("Approve the project"),
        pgettext_lazy("project step", "approved"),
        ("proposed",),
        "approved",
        DECIDE,
        second=True,
    ),
    Step(
        "refuse",
        _("Refuse the project"),
        pgettext_lazy("project step", "refused"),
        ("proposed",),
        "refused",
        DECIDE,
        said=True,
        second=True,
    ),
    Step(
        "deliver",
        _("Report it as finished"),
        _("reported as finished"),
        ("approved",),
        "delivered",
        said=True,
    ),
    Step(
        "accept",
        _("Accept the work"),
        pgettext_lazy("project step", "accepted"),
        ("delivered",),
        "accepted",
        DECIDE,
        said=True,
        second=True,
    ),
    Step(
        "send_back",
        _("Not finished yet"),
        pgettext_lazy("project step", "sent back"),
        ("delivered",),
        "approved",
        DECIDE,
        said=True,
    ),
    Step(
        "give_up",
        _("Give the project up"),
        pgettext_lazy("project step", "given up"),
        ("approved",),
        "given_up",
        DECIDE,
        said=True,
    ),
)
MOST_MILESTONES = 40

# --- campaigns ---------------------------------------------------------------------------------------------

CAMPAIGNS = (
    ("heating", _("heating: ills of winter cured in summer")),
    ("parking", _("parking")),
    ("gas", _("gas safety")),
    ("other", pgettext_lazy("campaign", "another campaign")),
)
"""Kinds of campaigns; the first three are the requirement's examples (冬病夏治, 停车难, 燃气安全)."""

# --- what may be written -----------------------------------------------------------------------------------

SHORTEST = 6
"""Characters of a reason: one that a reader can weigh, not a mark."""
_PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


def names_somebody(text: str) -> bool:
    """Whether a text holds a mobile number or an ID number: neither belongs on a page about a class of cases."""
    return bool(_PERSONAL.search(text.replace(" ", "").replace("-", "")))


def wrong_codes(breadth: str, codes: Iterable[str], known: Iterable[str]) -> list[str]:
    """The codes that the catalogue does not know at this breadth; everything is wrong at an unknown breadth."""
    width = DIGITS.get(breadth, 0)
    there = {code[:width] for code in known} if width else set()
    return [code for code in codes if code not in there]


def percent(done: int, of: int) -> int | None:
    """Whole percent, never 100 before all is done; None of nothing."""
    return done * 100 // of if of else None


def project_past(code: str) -> Text:
    """What a project's history says of a move or a note."""
    return PROJECT_NOTED.get(code) or next(one.past for one in PROJECT_STEPS if one.code == code)
