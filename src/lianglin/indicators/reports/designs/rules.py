"""What a composed report may hold, and the definition that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from django.utils.translation import gettext as _

from lianglin.indicators.reports import general, words
from lianglin.indicators.reports.counting import dimensions
from lianglin.kit import discovery
from lianglin.kit.domain import Indicator, ReportDefinition, Section
from lianglin.kit.errors import Refused
from lianglin.kit.reports import PLACE

PREFIX = "own."
SECTIONS, FIGURES, BESIDE, SENTENCES, LONGEST = 30, 40, 8, 20, 500
"""Sections of a report; figures of one, and of one in parts; its sentences, and their characters."""
WORDS = ("place", "period", "before", "year")
"""What a sentence may name beside figures, and a title at all."""


@dataclass(frozen=True)
class Wanted:
    """One section as it was composed."""

    title: str
    level: int
    figures: Sequence[str]
    text: Sequence[str]
    by: str
    chart: str

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "title": self.title, "level": self.level, "figures": list(self.figures), "text": list(self.text), "by": self.by,
            "chart": self.chart,
        }  # fmt: skip


def offered() -> list[Indicator]:
    """Every figure of every service that a report can hold."""
    return [one for one in discovery.indicators().values() if general.can_be_counted(one)]


def dimensions_offered() -> dict[str, str]:
    """Every way to take figures apart, by code."""
    found = {PLACE: str(_("by place"))}
    for figure in offered():
        found |= {one.code: str(one.label) for one in figure.dimensions}
    return found


def check(wanted: Wanted) -> Wanted:
    """The section, cleaned; Refused says what is wrong with it and in which field."""
    if not wanted.title.strip():
        raise Refused(_("Give the section a heading."), field="title")
    known = {one.code: one for one in offered()}
    if set(wanted.figures) - set(known):
        raise Refused(_("One of these figures is not there any more. Choose anew."), field="figures")
    figures = [known[code] for code in wanted.figures]
    if len(figures) > (BESIDE if wanted.by else FIGURES):
        raise Refused(_("Too many figures for one table: at most 8 in parts, 40 otherwise."), field="figures")
    _parts(wanted, figures)
    sentences = [line.strip() for line in wanted.text if line.strip()]
    if len(sentences) > SENTENCES or any(len(line) > LONGEST for line in sentences):
        raise Refused(_("At most 20 sentences of 500 characters in a section."), field="text")
    _names(sentences, wanted.figures)
    return Wanted(wanted.title.strip()[:60], wanted.level, wanted.figures, sentences, wanted.by, wanted.chart)


def _parts(wanted: Wanted, figures: Sequence[Indicator]) -> None:
    if wanted.by and not figures:
        raise Refused(_("Choose the figures that are to be taken apart."), field="figures")
    if wanted.by == PLACE:
        alone = next((one for one in figures if one.city_only), None)
        if alone:
            raise Refused(
                _("“%(figure)s” is known for the whole city alone. Take it out, or choose no parts.")
                % {"figure": alone.label},
                field="by",
            )
    elif wanted.by and wanted.by not in dimensions(figures):
        lacking = next(one for one in figures if wanted.by not in {d.code for d in one.dimensions})
        raise Refused(
            _("“%(figure)s” cannot be taken apart in this way. Take it out, or choose other parts.")
            % {"figure": lacking.label},
            field="by",
        )
    if wanted.chart == "bar" and not wanted.by:
        raise Refused(_("Bars are drawn over parts. Choose parts, or a line over periods."), field="chart")
    if wanted.chart == "line" and (wanted.by or not figures):
        raise Refused(
            _("A line is drawn of one figure over periods. Choose a figure and no parts."), field="chart"
        )


def _names(sentences: Iterable[str], figures: Sequence[str]) -> None:
    """Every placeholder names a figure of the section; what else stands in braces is a mistake."""
    for line in sentences:
        _braces(line, "text")
        for match in words.PLACEHOLDER.finditer(line):
            if match[1] not in figures and match[1] not in WORDS:
                near = get_close_matches(match[1], [*figures, *WORDS], n=1, cutoff=0.5)
                meant = " " + _("Do you mean “%(meant)s”?") % {"meant": near[0]} if near else ""
                raise Refused(
                    _("“%(name)s” is no figure of this section. Choose it above, too.") % {"name": match[1]}
                    + meant,
                    field="text",
                )


def _braces(line: str, field: str) -> None:
    rest = words.PLACEHOLDER.sub("", line)
    if "{" in rest or "}" in rest:
        raise Refused(_("Braces that name nothing: “%(text)s”.") % {"text": line[:60]}, field=field)


def check_title(title: str) -> str:
    """The printed title, cleaned; Refused when it names what no title is filled with."""
    _braces(title, "title")
    for match in words.PLACEHOLDER.finditer(title):
        if match[0] not in {f"{{{name}}}" for name in WORDS}:
            raise Refused(
                _("“%(name)s” cannot be filled into a title. Write {place} and {period} only.")
                % {"name": match[0]},
                field="title",
            )
    return title.strip()[:120]


def definition(
    code: str, version: int, name: str, title: str, sections: Iterable[dict[str, Any]]
) -> ReportDefinition:
    """What the composed report is counted by. Figures that are there no more are left out."""
    known = {one.code: one for one in offered()}
    made: list[Section] = []
    for one in sections:
        figures = tuple(code for code in one["figures"] if code in known)
        by = one["by"] if figures else ""
        made.append(Section(
            one["title"], figures, tuple(one["text"]), by=by, chart=one["chart"] if figures else "",
            level=2 if one["level"] == 2 and made else 1,
        ))  # fmt: skip
    used = [known[code] for section in made for code in section.figures]
    return ReportDefinition(
        code, name, title, tuple(made), periods=general.periods_of(used), version=str(version)
    )


def placeholders(codes: Iterable[str]) -> list[tuple[str, str]]:
    """What can be put into a sentence: what is written, and what it is."""
    known = discovery.indicators()
    found = [("{place}", str(_("the place"))), ("{period}", str(_("the period")))]
    for figure in (known[code] for code in codes if code in known):
        label = str(figure.label)
        found.append((f"{{{figure.code}}}", label))
        found.append((f"{{{figure.code}:change}}", _("%(figure)s, against earlier") % {"figure": label}))
        if figure.unit == "percent" and figure.counts:
            found.append(
                (f"{{{figure.code}:left_out}}", _("%(figure)s, left out by rulings") % {"figure": label})
            )
    return cast("list[tuple[str, str]]", found)
