"""Whether a text can be taken: every problem with its place and what is allowed, and the worked examples, run on every save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from lianglin.benefits.queries import packages
from lianglin.benefits.queries.worked import failures
from lianglin.benefits.rules.summary import LONGEST
from lianglin.engines.eligibility.examples import Finding
from lianglin.engines.eligibility.order import needs
from lianglin.engines.eligibility.package import BadRules, Measure, Package, Problem
from lianglin.engines.eligibility.reading import read, read_one
from lianglin.kit import clock


@dataclass(frozen=True)
class Report:
    """What came of reading a text among the others. ``elsewhere``: problems that it makes in other files."""

    problems: tuple[Problem, ...] = ()
    elsewhere: tuple[Problem, ...] = ()
    failures: tuple[Finding, ...] = ()
    measure: Measure | None = None

    @property
    def sound(self) -> bool:
        """Whether it may go on to the legal check."""
        return not (self.problems or self.elsewhere or self.failures) and self.measure is not None


def check(code: str, text: str, *, on: date | None = None) -> Report:
    """Reads one measure's text against what is in force on a day, and works its examples."""
    path = packages.path_of(code)
    if len(text) > LONGEST:
        return Report(
            problems=(Problem(path, 0, 0, "", f"最多{LONGEST}字", f"{LONGEST} characters at most"),)
        )
    base = packages.package(on)
    try:
        measure = read_one(text, base, path=path)
    except BadRules as error:
        own = tuple(problem for problem in error.problems if problem.path == path)
        return Report(own, tuple(problem for problem in error.problems if problem.path != path))
    worked = failures(with_measure(base, measure), [code])
    return Report(failures=worked.get(code, ()), measure=measure)


def with_measure(package: Package, measure: Measure) -> Package:
    """The package with a measure in the place of its version before."""
    others = tuple(other for other in package.measures if other.id != measure.id)
    return replace(package, measures=(*others, measure))


@dataclass(frozen=True)
class Whole:
    """What came of reading a whole folder: a report for each measure, and problems of the other files."""

    reports: dict[str, Report]
    problems: tuple[Problem, ...] = ()
    package: Package | None = None

    @property
    def sound(self) -> bool:
        """Whether all of it can be taken."""
        return self.package is not None and all(report.sound for report in self.reports.values())


def check_whole(texts: Mapping[str, str]) -> Whole:
    """Reads a whole folder and works the examples of all its measures."""
    codes = {path: packages.code_of(path) for path in texts if packages.code_of(path)}
    try:
        package = read(texts, packages.known_facts())
    except BadRules as error:
        reports = {
            code: Report(tuple(problem for problem in error.problems if problem.path == path))
            for path, code in codes.items()
        }
        return Whole(reports, tuple(problem for problem in error.problems if problem.path not in codes))
    worked = failures(package)
    found = {one.id: Report(failures=worked.get(one.id, ()), measure=one) for one in package.measures}
    return Whole(found, package=package)


def broken_by(code: str, measure: Measure, *, on: date | None = None) -> list[str]:
    """Codes of measures that name this one and could not be read, or come out otherwise, with its new text."""
    day = on or clock.today()
    base = packages.package(day)
    after, texts = with_measure(base, measure), packages.texts(day)
    found: list[str] = []
    for other in base.measures:
        if other.id == code or code not in needs(other):
            continue
        try:
            again = read_one(
                texts[packages.path_of(other.id)], after, path=packages.path_of(other.id), complete=False
            )
        except BadRules:
            found.append(other.id)
            continue
        held = not failures(base, [other.id])
        if held and failures(with_measure(after, again), [other.id]):
            found.append(other.id)
    return found


def broken_by_file(path: str, text: str) -> list[str]:
    """Codes of measures that hold today, and would not with another text of the definitions; or the file itself."""
    before = check_whole(packages.texts(clock.today()))
    after = check_whole({**packages.texts(clock.today()), path: text})
    if after.sound:
        return []
    wrong = sorted(code for code, report in after.reports.items() if report.problems or report.failures)
    broken = [code for code in wrong if code not in before.reports or before.reports[code].sound]
    return broken or [problem.path for problem in after.problems if problem not in before.problems]
