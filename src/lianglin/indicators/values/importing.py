"""Figures of other offices come in as a file by two people: brought by one, approved by another; old ones stay."""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.access.transaction import together
from lianglin.indicators import queries as figures
from lianglin.indicators.models import FigureImport, ImportedValue
from lianglin.indicators.values import lines, queries
from lianglin.indicators.values.manifest import APPROVE_IMPORT, IMPORT
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Refused
from lianglin.kit.tables import Unreadable, kind_of, rows_of

FILES = Proposals(
    FigureImport, "indicators.FigureImport", "indicators.import.{verb}", IMPORT, APPROVE_IMPORT, begun="bring"
)
LARGEST = 2_000_000
UNPACKED = 50_000_000


@dataclass(frozen=True)
class Brought:
    """A file as it was brought, with what the office wrote to it."""

    file_name: str
    content: bytes
    office: str
    source: str
    as_of: date
    reason: str


class Faulty(Refused):
    """Some lines cannot be used; ``wrong`` says which, what is wrong, what to do. Nothing was kept."""

    def __init__(self, wrong: list[lines.Wrong]) -> None:
        super().__init__(
            _("%(n)d lines cannot be used; nothing was kept. Mend them and bring the file again.")
            % {"n": len(wrong)},
            field="file",
        )
        self.wrong = wrong


def checked(brought: Brought, by: Actor) -> lines.Checked:
    """The lines of a file; Refused when it is no table that can be read."""
    own = frozenset(i.code for i in figures.figures_of())
    known = lines.Known(
        {i.code: i for i in queries.imported_figures()},
        own,
        lambda code: figures.place(code) is not None,
        by.covers,
        brought.as_of,
    )
    try:
        kind = kind_of(brought.file_name, brought.content[:8])
        return lines.check(rows_of(io.BytesIO(brought.content), kind, most=UNPACKED), known)
    except Unreadable as error:
        raise Refused(error.said, field="file") from error


def bring(*, by: Actor, brought: Brought) -> FigureImport:
    """Keeps a file whose every line can be used; it counts once a second person approves it."""
    by.require(IMPORT)
    if brought.as_of > clock.today():
        raise Refused(_("The day the file is of lies after today."), field="as_of")
    found = checked(brought, by)
    if found.wrong:
        raise Faulty(found.wrong)
    made = FigureImport(
        key=uuid.uuid4(), file_name=brought.file_name[-120:], content=brought.content,
        sha256=hashlib.sha256(brought.content).hexdigest(), office=brought.office.strip(), source=brought.source.strip(),
        as_of=brought.as_of, lines=len(found.good), scope_code=by.low, reason=brought.reason.strip(),
        proposed_by_id=by.account_id, proposed_post_id=by.post_id, proposed_at=clock.now(),
    )  # fmt: skip
    with together():
        FILES.put(
            made, by=by, taken=_("This very file was brought already. Look for it in the list."),
            sha256=made.sha256, lines=made.lines,
        )  # fmt: skip
        ImportedValue.objects.bulk_create(_value(made, line) for line in found.good)
    return made


def _value(file: FigureImport, line: lines.Line) -> ImportedValue:
    return ImportedValue(
        file=file, line=line.number, indicator=line.indicator, scope_code=line.scope_code, starts_on=line.starts_on,
        ends_before=line.ends_before, amount=queries.amount(line.amount), numerator=line.numerator,
        denominator=line.denominator, note=line.note,
    )  # fmt: skip


def decide(*, by: Actor, key: uuid.UUID, approve: bool, note: str = "") -> FigureImport:
    """The second person puts a file in force, which replaces what stood in its places, or refuses it and says why."""
    return FILES.decide(by, approve=approve, note=note, carry_out=_put_in_force, rows=_light(), key=key)


def _light() -> QuerySet[FigureImport]:
    return FigureImport.objects.defer("content")


def _put_in_force(file: FigureImport) -> None:
    rows, at = list(ImportedValue.objects.filter(file=file)), clock.now()
    stand = queries.standing(rows)
    old = [stand[place].pk for row in rows if (place := queries.place_of(row)) in stand]
    try:
        with together():
            ImportedValue.objects.filter(pk__in=old).update(replaced_at=at)
            ImportedValue.objects.filter(file=file).update(in_force_at=at)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody put another file in force for the same places. Look at the differences again.")
        ) from error


def withdraw(*, by: Actor, key: uuid.UUID) -> FigureImport:
    """Whoever brought a file takes it back while nobody has decided."""
    return FILES.withdraw(by, rows=_light(), key=key)
