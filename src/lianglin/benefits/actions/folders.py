"""A package comes in as a folder: checked whole; what changed becomes drafts and proposals, or nothing of it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions import definitions, measures, parameters
from lianglin.benefits.models import Definitions, Measure, MeasureVersion, Parameter, ParameterValue
from lianglin.benefits.queries import checking, packages
from lianglin.benefits.rules import life
from lianglin.benefits.rules.figures import Entry
from lianglin.benefits.rules.folder import DEFINITIONS
from lianglin.benefits.rules.summary import digest
from lianglin.engines.eligibility.package import Package, Problem
from lianglin.engines.eligibility.vocabulary import Parameter as Said
from lianglin.engines.eligibility.vocabulary import ParameterValue as SaidValue
from lianglin.kit.errors import Conflict, Refused

SUBJECT = "benefits.Package"


class BadPackage(Refused):
    """The folder cannot be taken; ``problems`` names every one of them, ``failures`` the examples that come out otherwise."""

    def __init__(self, problems: tuple[Problem, ...], failures: tuple[tuple[str, str], ...]) -> None:
        super().__init__(_("Nothing was taken over. Mend what is listed, and bring the folder again."))
        self.problems, self.failures = problems, failures


@dataclass
class Changes:
    """What a folder changes: codes of new and changed measures, names of parameters with new values, the definitions."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    absent: int = 0
    """Measures in force that are not in the folder: they stay."""
    values: list[tuple[str, SaidValue]] = field(default_factory=list)
    parameters: list[Said] = field(default_factory=list)
    definitions: bool = False

    @property
    def any(self) -> bool:
        """Whether it changes something."""
        return bool(self.new or self.changed or self.values or self.parameters or self.definitions)


def check(texts: Mapping[str, str]) -> Package:
    """The folder as a package; BadPackage with everything that is wrong in it. Changes nothing."""
    whole = checking.check_whole(_whole(texts))
    if whole.sound and whole.package is not None:
        return whole.package
    problems = [
        *whole.problems,
        *(p for report in whole.reports.values() for p in (*report.problems, *report.elsewhere)),
    ]
    failed = tuple(
        (finding.message, finding.message_en)
        for report in whole.reports.values()
        for finding in report.failures
    )
    raise BadPackage(tuple(problems), failed)


def _whole(texts: Mapping[str, str]) -> dict[str, str]:
    """A folder of some measures alone is read with the definitions and parameters in force."""
    held = {
        packages.DEFINITIONS: packages.definitions_text(),
        packages.PARAMETERS: packages.parameters_text(),
    }
    return {**{path: text for path, text in held.items() if text}, **texts}


def changes(texts: Mapping[str, str], package: Package) -> Changes:
    """What taking a folder in would change."""
    found = Changes()
    codes = {packages.code_of(path): text for path, text in texts.items() if packages.code_of(path)}
    newest: dict[str, str] = {}
    rows = MeasureVersion.objects.filter(state__in=[*life.OPEN, "in_force"]).order_by("measure_id", "number")
    for code, has in rows.values_list("measure__code", "digest"):
        newest[code] = has  # the one on its way comes after the one in force
    known = set(Measure.objects.values_list("code", flat=True))
    for code, text in sorted(codes.items()):
        if code not in known:
            found.new.append(code)
        elif newest.get(code) != digest(text):
            found.changed.append(code)
        else:
            found.same += 1
    found.absent = len(set(newest) - set(codes))
    if packages.PARAMETERS in texts:
        _figures(found, package)
    if DEFINITIONS in texts:
        waits = Definitions.objects.filter(state="waiting").values_list("digest", flat=True).first()
        held = packages.definitions_text()
        found.definitions = digest(texts[DEFINITIONS]) not in (waits, digest(held))
    return found


def _figures(found: Changes, package: Package) -> None:
    known = {one.name: one for one in Parameter.objects.all()}
    rows = ParameterValue.objects.filter(state__in=["waiting", "in_force"])
    held = {(row.parameter_id, row.area, row.from_on, row.value, row.document) for row in rows}
    for said in package.vocabulary.parameters.values():
        one = known.get(said.name)
        if one is None:
            found.parameters.append(said)
        elif (one.kind, one.scale) != ("money" if said.money else said.kind, said.scale):
            raise Refused(
                _("The parameter “%(name)s” is of another kind here. Give the new one another name.")
                % {"name": said.name}
            )
        for value in said.values:
            if value.value is None:
                continue
            if one is None or (one.pk, value.area, value.from_on, value.value, value.document) not in held:
                found.values.append((said.name, value))


def take_in(texts: Mapping[str, str], *, by: Actor) -> Changes:
    """Takes a folder in: all of it or nothing. Nothing of it is in force by that; the next steps are those of any draft."""
    by.require(life.DRAFT)
    package = check(texts)
    with together():
        found = changes(texts, package)
        _must_be_free(found.changed)
        if found.definitions:
            definitions.propose(by=by, source=texts[DEFINITIONS])
        for said in found.parameters:
            parameters.new_parameter(said).save(force_insert=True)
        ids = dict(Parameter.objects.values_list("name", "pk"))
        parameters.enter_all(
            by=by,
            entries=[
                _entry(ids[name], package.vocabulary.parameters[name], value) for name, value in found.values
            ],
        )
        for code in found.new:
            measures.draft_measure(by=by, code=code, source=texts[packages.path_of(code)])
        pks = dict(Measure.objects.filter(code__in=found.changed).values_list("code", "pk"))
        for code in found.changed:
            _revise(pks[code], texts[packages.path_of(code)], by=by)
        audit.record(
            "benefits.package.take_in", SUBJECT, 0, scope_code=by.low,
            values={"digest": package.digest, "new": len(found.new), "changed": len(found.changed)},
        )  # fmt: skip
    return found


def _must_be_free(codes: list[str]) -> None:
    busy = MeasureVersion.objects.filter(
        measure__code__in=codes, state__in=["legal_check", "checked", "approved"]
    )
    names = sorted(busy.values_list("measure__code", flat=True))
    if names:
        raise Conflict(
            _(
                "A version of these is with legal affairs or waits for approval: %(codes)s. Have them decided first."
            )
            % {"codes": ", ".join(names[:30])}
        )


def _revise(measure_id: int, source: str, *, by: Actor) -> None:
    draft = MeasureVersion.objects.filter(measure_id=measure_id, state="draft").first()
    if draft is None:
        measures.amend(measure_id, by=by, source=source)
    else:
        measures.write(draft.pk, by=by, revision=draft.revision, source=source)


def _entry(parameter_id: int, said: Said, value: SaidValue) -> Entry:
    kind = "money" if said.money else said.kind
    text = packages.value_text(kind, said.scale, value.value)
    return Entry(
        parameter_id, value.area, value.from_on, value.to_on, text, value.document or _("as in the folder")
    )
