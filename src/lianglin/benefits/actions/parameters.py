"""Parameters get their dated values: entered by one with the document, approved by a second person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from lianglin.access.actor import TOP, Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.access.transaction import together
from lianglin.benefits.actions import edition
from lianglin.benefits.models import Parameter, ParameterValue
from lianglin.benefits.rules import figures
from lianglin.benefits.rules.figures import Entry
from lianglin.benefits.rules.life import APPROVE, DRAFT
from lianglin.engines.eligibility.vocabulary import Parameter as Said
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Refused
from lianglin.places.models import Community

VALUES = Proposals(
    ParameterValue, "benefits.ParameterValue", "benefits.parameter.{verb}", DRAFT, APPROVE, begun="enter"
)
State = ParameterValue.State
FIRST, LAST = date(1950, 1, 1), date(2100, 1, 1)


def value_words(code: str) -> str:
    """Why something is no value, and what to write."""
    return {
        "empty": _("Write the value."),
        "number": _("This is no number. Write digits, such as 1000 or 12.5."),
        "decimals": _("This has more decimals than the parameter allows."),
        "large": _("This is larger than any standard. Look at it again."),
        "date": _("This is no date. Write it as 2026-01-01."),
    }[code]


def new_parameter(said: Said, *, sample: bool = False) -> Parameter:
    """A parameter as a file of the package describes it, not saved yet."""
    kind = "money" if said.money else said.kind
    return Parameter(
        name=said.name, name_en=said.name_en, kind=kind, scale=said.scale, unit=said.unit, sample=sample
    )


def enter(*, by: Actor, entry: Entry) -> ParameterValue:
    """Enters a value; it counts once a second person approves it."""
    by.require(DRAFT)
    return _enter(by, entry, Parameter.objects.filter(pk=entry.parameter_id).first())


def enter_all(*, by: Actor, entries: Iterable[Entry]) -> list[ParameterValue]:
    """Enters many values, all or none."""
    by.require(DRAFT)
    known = Parameter.objects.in_bulk()
    with together():
        return [_enter(by, entry, known.get(entry.parameter_id)) for entry in entries]


def _enter(by: Actor, entry: Entry, parameter: Parameter | None) -> ParameterValue:
    if parameter is None:
        raise Conflict(_("This parameter is not here any more."))
    try:
        value = figures.value_of(entry.value, parameter.kind, parameter.scale)
    except figures.NoValue as wrong:
        raise Refused(value_words(wrong.code), field="value") from wrong
    _check(entry)
    made = ParameterValue(
        parameter=parameter, area=entry.area, from_on=entry.from_on, to_on=entry.to_on, value=value,
        document=entry.document.strip(), entered_by_id=by.account_id, entered_at=clock.now(),
    )  # fmt: skip
    taken = _(
        "A value of “%(name)s” for this area and day waits for approval already. Have it decided first."
    )
    told_of = {"value": value, "area": entry.area, "from": str(entry.from_on)}
    return VALUES.put(made, by=by, taken=taken % {"name": parameter.label}, **told_of)


def _check(entry: Entry) -> None:
    if not entry.document.strip():
        raise Refused(_("Write the document that sets it, with its number."), field="document")
    if not FIRST <= entry.from_on <= LAST:
        raise Refused(_("This day is too far away. Look at the year."), field="from_on")
    if entry.to_on is not None and not entry.from_on <= entry.to_on <= LAST:
        raise Refused(_("The last day lies before the first."), field="to_on")
    if not figures.is_area(entry.area) or (entry.area and not _is_place(entry.area)):
        raise Refused(
            _("There is no place with this code here. Leave it empty for the whole city."), field="area"
        )


def _is_place(area: str) -> bool:
    return Community.objects.filter(scope_code__gte=area, scope_code__lt=area + TOP).exists()


def decide(value_id: int, *, by: Actor, approve: bool, note: str = "") -> ParameterValue:
    """The second person approves a value, which then counts, or refuses it and says why."""
    rows = ParameterValue.objects.select_related("parameter")
    with together():
        found = VALUES.decide(by, approve=approve, note=note, carry_out=_replace, rows=rows, pk=value_id)
        if approve:
            edition.changed()
    return found


def _replace(found: ParameterValue) -> None:
    """What stood for the same day, and places that were still to be entered, are replaced; earlier values end by themselves."""
    others = ParameterValue.objects.filter(
        parameter_id=found.parameter_id, area=found.area, state=State.IN_FORCE
    )
    others.filter(from_on=found.from_on).update(state=State.REPLACED)
    others.filter(value__isnull=True).update(state=State.REPLACED)


def withdraw(value_id: int, *, by: Actor) -> ParameterValue:
    """Whoever entered a value takes it back while nobody decided."""
    return VALUES.withdraw(by, pk=value_id)
