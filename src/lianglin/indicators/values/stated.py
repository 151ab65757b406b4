"""The figures that the city's own text states (2024), as it states them, and what in them can be checked today. Pure.

Nothing here is computed from rows, and nothing is mixed with what is: the page shows both, apart. Where two numbers of the
source do not say the same, both are kept.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

FILE = Path(__file__).resolve().parent.parent / "data" / "stated_figures.csv"
AS_OF = "2024"
COMMUNITIES = 2_500
"""Communities of the city, rounded, as the dossier counts with (6.3)."""
UNITS: dict[str, Any] = {
    "万人": _("× 10,000 persons"), "人": pgettext_lazy("stated", "persons"), "户": pgettext_lazy("stated", "households"),
    "万节": _("× 10,000 sessions"), "个": pgettext_lazy("stated", "objects"), "%": "%", "万人次": _("× 10,000 visits"),
    "万小时": _("× 10,000 hours"), "类": pgettext_lazy("stated", "classes"), "项": pgettext_lazy("stated", "items"), "万件": _("× 10,000 cases"),
    "条": pgettext_lazy("stated", "measures"), "级": pgettext_lazy("stated", "grades"), "元/月": _("yuan a month"),
    "名": pgettext_lazy("stated headcount", "persons"), "块": pgettext_lazy("stated", "plates"),
}  # fmt: skip
KINDS: dict[str, Any] = {
    "stock": _("at a date (stock)"), "flow": _("in a period (flow)"), "cumulative": _("cumulative"),
    "yoy": _("change against last year"), "monthly mean": _("monthly mean"), "event": _("one event"), "target": _("goal"),
}  # fmt: skip
QUALIFIERS: dict[str, Any] = {
    "over": _("more than"), "at least": _("or more"), "nearly": _("nearly"), "": "",
}  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """One figure as the text has it: ``row`` of the requirement ("R048a"), value as written, unit, kind, period."""

    row: str
    zh: str
    en: str
    value: str
    unit: str
    kind: str
    qualifier: str
    period: str
    origin: str

    @property
    def r_row(self) -> str:
        """The row without the letter that tells two figures of it apart."""
        return self.row[:4]

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return self.en if get_language() == "en" else self.zh

    @property
    def told(self) -> str:
        """The value with what the text says beside it (more than, nearly)."""
        word = str(QUALIFIERS.get(self.qualifier, ""))
        return f"{word} {self.value}".strip() if self.qualifier != "at least" else f"{self.value} {word}"

    @property
    def unit_words(self) -> Any:
        """The unit in the reader's language."""
        return UNITS.get(self.unit, self.unit)

    @property
    def kind_words(self) -> Any:
        """The kind of period in the reader's language."""
        return KINDS.get(self.kind, self.kind)

    @property
    def number(self) -> Decimal:
        """The value as a number in single units (万 multiplied out)."""
        return Decimal(self.value) * (10_000 if self.unit.startswith("万") else 1)


@cache
def figures() -> tuple[Stated, ...]:
    """All of them, in the order of the requirement."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_stated(row) for row in csv.DictReader(file))


def _stated(row: dict[str, str]) -> Stated:
    kind, _open, more = row["kind"].partition(" (")
    return Stated(
        row["id"],
        row["zh"],
        row["en"],
        row["value"],
        row["unit"],
        kind,
        more.rstrip(")"),
        row["period"],
        row["origin"],
    )


@dataclass(frozen=True)
class Check:
    """Numbers of the source held against each other. ``agrees`` None: nothing to hold against, the result is shown."""

    rows: tuple[str, ...]
    title: Any
    working: str
    agrees: bool | None
    said: str


def _of(row: str) -> Decimal:
    return next(one.number for one in figures() if one.row == row)


def _n(value: Decimal) -> str:
    """A whole number, its thousands apart."""
    return f"{value:,.0f}"


def _near(value: Decimal, other: Decimal, share: str = "0.02") -> bool:
    return abs(value - other) <= abs(other) * Decimal(share)


def checks() -> list[Check]:
    """What can be checked today (dossier 6.3)."""
    return [_care_hours(), _contact_points(), _plates(), _meals(), _teams(), _due(), _pay(), _training(), _staff(), _goal(),
            _moved_down()]  # fmt: skip


_KEPT = _("These two numbers of the source do not say the same; both are kept.")
_SAME = _("They say the same.")
_ALONE = _("Nothing else in the source to hold it against.")


def _care_hours() -> Check:
    each, quarter = _of("R023") / _of("R022"), Decimal(178_000) / Decimal(122_000)
    working = gettext(
        "%(h)s hours / %(v)s visits = %(each)s hours a visit; first quarter of 2024 (press): 178,000 / 122,000 = %(q)s"
    )
    given = {"h": _n(_of("R023")), "v": _n(_of("R022")), "each": f"{each:.2f}", "q": f"{quarter:.2f}"}
    agrees = _near(each, quarter)
    return Check(("R022", "R023"), _("Hours of a home-care visit"), working % given, agrees, _words(agrees))


def _words(agrees: bool | None) -> str:
    return str(_ALONE if agrees is None else _SAME if agrees else _KEPT)


def _contact_points() -> Check:
    share = _of("R095") * 100 / COMMUNITIES
    working = gettext("%(n)s contact points / %(d)s communities = %(share)s %%") % {
        "n": _n(_of("R095")), "d": _n(Decimal(COMMUNITIES)), "share": f"{share:.1f}"
    }  # fmt: skip
    return Check(("R095",), _("Share of communities that are contact points"), working, None, _words(None))


def _plates() -> Check:
    each = _of("R106") / COMMUNITIES
    working = gettext("%(n)s plates / %(d)s communities = %(each)s each") % {
        "n": _n(_of("R106")), "d": _n(Decimal(COMMUNITIES)), "each": f"{each:.1f}"
    }  # fmt: skip
    return Check(("R106",), _("Plates removed, per community"), working, None, _words(None))


def _meals() -> Check:
    month = _of("R027") / _of("R025")
    working = gettext("%(n)s meals a month / %(d)s points = %(each)s a point and month, %(day)s a day") % {
        "n": _n(_of("R027")), "d": _n(_of("R025")), "each": _n(month), "day": _n(month / 30)
    }  # fmt: skip
    return Check(("R025", "R027"), _("Meals of one point"), working, None, _words(None))


def _teams() -> Check:
    each = _of("R017") / _of("R016")
    working = gettext("%(n)s persons with a reduction / %(d)s teams = %(each)s each") % {
        "n": _n(_of("R017")), "d": _n(_of("R016")), "each": _n(each)
    }  # fmt: skip
    return Check(("R016", "R017"), _("Reductions per family-doctor team"), working, None, _words(None))


def _due() -> Check:
    most = _of("R057") / (_of("R058") / 100)
    working = gettext("%(n)s solved at %(rate)s %% or more: at most %(due)s can have been due") % {
        "n": _n(_of("R057")), "rate": _n(_of("R058")), "due": _n(most)
    }  # fmt: skip
    return Check(("R057", "R058"), _("Cases due behind the solved ones"), working, None, _words(None))


def _pay() -> Check:
    before = _of("R078") - _of("R077")
    working = gettext("%(now)s − %(raise)s = %(before)s yuan before the raise, which is +%(share)s %%") % {
        "now": _n(_of("R078")), "raise": _n(_of("R077")), "before": _n(before),
        "share": f"{_of('R077') * 100 / before:.1f}",
    }  # fmt: skip
    return Check(("R077", "R078"), _("Pay before the raise"), working, None, _words(None))


def _training() -> Check:
    trained, roll = _of("R092"), _of("R127b")
    agrees = trained <= roll
    working = gettext("%(n)s workers trained a year, %(d)s workers on the roll: the two mean different people") % {
        "n": _n(trained), "d": _n(roll)
    }  # fmt: skip
    return Check(
        ("R092", "R127"), _("Workers trained, and workers there are"), working, agrees, _words(agrees)
    )


def _staff() -> Check:
    made, now = _of("R127a") + _of("R125"), _of("R127b")
    agrees = _near(made, now, "0.05")
    working = gettext("%(before)s before + %(more)s recruited = %(made)s, %(now)s now: about %(gone)s left, or were counted otherwise") % {
        "before": _n(_of("R127a")), "more": _n(_of("R125")), "made": _n(made), "now": _n(now), "gone": _n(made - now)
    }  # fmt: skip
    return Check(
        ("R125", "R127"), _("Community workers before and after recruiting"), working, agrees, _words(agrees)
    )


def _goal() -> Check:
    rate, goal = _of("R128"), _of("R129")
    people = _of("R127b") / rate * 10_000
    working = gettext("%(rate)s per 10,000 against a goal of %(goal)s: met; %(n)s workers then stand for %(people)s urban residents") % {
        "rate": _n(rate), "goal": _n(goal), "n": _n(_of("R127b")), "people": _n(people)
    }  # fmt: skip
    title = _("Workers per 10,000 urban residents, and the goal")
    return Check(("R127", "R128", "R129"), title, working, rate >= goal, _words(rate >= goal))


def _moved_down() -> Check:
    working = gettext("the text of 2024 says %(n)s posts moved down, the press of 2022 said 6,000") % {
        "n": _n(_of("R124"))
    }
    return Check(("R124",), _("Posts moved down"), working, False, _words(False))
