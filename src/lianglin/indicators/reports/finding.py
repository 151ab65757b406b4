"""A kind of report by its code: declared, made of a service's figures, or composed by an office.

Composed ones are read under the policies of the running transaction: a post finds those of its area.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lianglin.access.actor import Actor
from lianglin.indicators.reports import building
from lianglin.indicators.reports.designs import rules
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.kit.domain import ReportDefinition

State = ReportDesign.State


def definition_of(code: str, version: str = "") -> ReportDefinition | None:
    """The definition in force, or a composed one in the version a report was asked for with; None when there is none."""
    if not code.startswith(rules.PREFIX):
        return building.definitions().get(code)
    rows = ReportDesign._base_manager.filter(code=code)
    rows = rows.filter(version=int(version)) if version else rows.filter(state=State.APPROVED)
    found = rows.defer("figures", "texts").first()
    return of_design(found) if found else None


def of_design(design: ReportDesign) -> ReportDefinition:
    """What a composed report is counted by."""
    return rules.definition(design.code, design.version, design.name, design.title, design.sections)


def labels(codes: Iterable[str]) -> dict[str, str]:
    """What kinds of report are called, by code; at most one statement."""
    known = building.definitions()
    found = {code: str(known[code].label) for code in codes if code in known}
    composed = {code for code in codes if code.startswith(rules.PREFIX)}
    if composed:
        rows = ReportDesign._base_manager.filter(code__in=composed).order_by("version")
        found |= dict(rows.values_list("code", "name"))
    return {code: found.get(code, code) for code in codes}


def label_of(code: str) -> str:
    """What a kind of report is called; its code where it is there no more."""
    return labels({code})[code]


def choices(actor: Actor) -> list[tuple[str, Any]]:
    """The kinds of report that a post can make, for a form: code and label. Composed ones are those of its own office."""
    declared: list[tuple[str, Any]] = [(one.code, one.label) for one in building.definitions().values()]
    own = ReportDesign._base_manager.filter(organisation_id=actor.organisation_id, state=State.APPROVED)
    return [*own.order_by("name", "id").values_list("code", "name"), *declared]
