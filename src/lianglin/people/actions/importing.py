"""Lists of residents: brought, columns named, looked through, taken in part by part. A part is whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import TOP, Actor, job
from lianglin.access.transaction import acting, together
from lianglin.kit import clock, tables
from lianglin.kit.errors import Forbidden, Refused
from lianglin.people.actions.taking_in import Tally, take_in
from lianglin.people.models import ImportMapping, ImportPart, PeopleImport
from lianglin.people.queries import importing as queries
from lianglin.people.rules import importing as rules

PART = 2000
"""Rows of one transaction."""
ON_THE_PAGE = 50_000
"""Rows that a page takes; longer lists come by the command, which has no such bound."""
UNPACKED_ON_THE_PAGE = 128 * 1024**2
"""Bytes that an Excel file sent to a page may unpack to; its texts are held in memory. Fifty thousand rows take a third."""
State = PeopleImport.State


def receive(*, file: IO[bytes], name: str, by: Actor, most: int | None = ON_THE_PAGE) -> PeopleImport:
    """Reads a file into sealed parts; nothing of it is looked at yet. Refused says why it cannot be read."""
    by.require("people.import")
    head = file.read(8)
    file.seek(0)
    try:
        unpacked = tables.UNPACKED if most is None else UNPACKED_ON_THE_PAGE
        found = tables.rows_of(file, tables.kind_of(name, head), most=unpacked)
        heading = next(found, None)
        if not heading:
            raise tables.Unreadable("empty")
        with together():
            record = PeopleImport(
                scope_code=by.low,
                organisation_id=by.organisation_id,
                post_id=by.post_id,
                filename=name[-120:],
                sha256=_digest(file),
                heading=heading,
                created_at=clock.now(),
            )
            record.save(force_insert=True)
            record.rows = _seal(record, found, by, most)
            if not record.rows:
                raise tables.Unreadable("empty")
            record.mapping = _guessed(record)
            record.save(update_fields=["rows", "mapping"])
            audit.record("people.import.bring", "people.PeopleImport", record.pk, scope_code=record.scope_code,
                         values={"sha256": record.sha256})  # fmt: skip
    except tables.Unreadable as error:
        raise Refused(error.said, field="file") from error
    return record


def _digest(file: IO[bytes]) -> str:
    at, made = file.tell(), hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        made.update(block)
    file.seek(at)
    return made.hexdigest()


def _seal(record: PeopleImport, found: Iterator[list[str]], by: Actor, most: int | None) -> int:
    row = 2  # the heading is the first
    while rows := list(islice(found, PART)):
        if most is not None and row - 2 + len(rows) > most:
            raise Refused(
                _("The list has more than %(most)s rows. Bring it in parts, or have it taken in by the command "
                  "“lianglin people import”.") % {"most": most}, field="file",
            )  # fmt: skip
        ImportPart(
            scope_code=record.scope_code, record=record, first_row=row, count=len(rows),
            rows=json.dumps(rows, ensure_ascii=False),
        ).save(force_insert=True)  # fmt: skip
        row += len(rows)
    return row - 2


def _guessed(record: PeopleImport) -> dict[str, int]:
    return queries.remembered(record.organisation_id, headings_of(record)) or rules.guess(record.heading)


def headings_of(record: PeopleImport) -> str:
    """By which an office's files of one form are known again."""
    return hashlib.sha256("\x1f".join(record.heading).encode()).hexdigest()


def found_list(pk: int, by: Actor) -> PeopleImport:
    """The list, locked; Forbidden for one of another area."""
    record = queries.lists(by).select_for_update().filter(pk=pk).first()
    if record is None:
        raise Forbidden(_("There is no such list in the area of your post."))
    return record


def unfinished(file: IO[bytes], *, by: Actor) -> PeopleImport | None:
    """The list of this very file that was brought before and not taken in to its end."""
    by.require("people.import")
    begun = (State.MAPPING, State.CHECKING, State.CHECKED, State.RUNNING, State.FAILED)
    return (
        queries.lists(by)
        .filter(sha256=_digest(file), state__in=begun, scope_code=by.low)
        .order_by("-id")
        .first()
    )


def name_columns(pk: int, *, mapping: Mapping[str, int], by: Actor) -> PeopleImport:
    """Says which column holds what; remembered for the office. From now on the list is looked through."""
    by.require("people.import")
    with together():
        record = found_list(pk, by)
        if record.state not in (State.MAPPING, State.CHECKED):
            raise Refused(_("This was done already. Look at it again."))
        chosen = {field: at for field, at in mapping.items() if field in rules.FIELDS}
        if "name" not in chosen:
            raise Refused(_("Say which column holds the name."), field="name")
        if len(set(chosen.values())) < len(chosen) or any(
            not 0 <= at < len(record.heading) for at in chosen.values()
        ):
            raise Refused(_("Two fields take the same column. Choose one column for each."), field="name")
        record.mapping, record.state = chosen, State.CHECKING
        _begin_anew(record)
        queries.parts(pk, by).update(checked=False, findings=[])
        if record.organisation_id is not None:
            ImportMapping.objects.update_or_create(
                organisation_id=record.organisation_id, headings=headings_of(record),
                defaults={"mapping": chosen, "scope_code": record.scope_code},
            )  # fmt: skip
    return record


def _begin_anew(record: PeopleImport) -> None:
    record.seen = record.made = record.filled = record.same = record.wrong = 0
    record.error = ""
    record.save()


def start(pk: int, *, by: Actor) -> PeopleImport:
    """After the list was looked through, or after an error: what is sound is taken in."""
    by.require("people.import")
    with together():
        record = found_list(pk, by)
        if record.state not in (State.CHECKED, State.FAILED):
            raise Refused(_("This was done already. Look at it again."))
        if record.state == State.CHECKED:
            _begin_anew(record)
        record.state, record.error = State.RUNNING, ""
        record.save(update_fields=["state", "error"])
        audit.record("people.import.start", "people.PeopleImport", pk, scope_code=record.scope_code)
    return record


def drop(pk: int, *, by: Actor) -> None:
    """Throws the rows of a list away. Persons that were taken in stay."""
    by.require("people.import")
    with together():
        record = found_list(pk, by)
        if record.state in (State.CHECKING, State.RUNNING):
            raise Refused(_("The list is being worked on. Wait until that has ended."))
        queries.parts(pk, by).update(rows=None)
        if record.state != State.DONE:
            record.state, record.ended_at = State.DROPPED, clock.now()
            record.save(update_fields=["state", "ended_at"])
        audit.record("people.import.drop", "people.PeopleImport", pk, scope_code=record.scope_code)


def of_the_place(record: PeopleImport) -> Actor:
    """The background task that works on a list: its policies let it write in the list's place alone."""
    return job(record.scope_code, record.scope_code + TOP)


def go_on(pk: int, *, by: Actor) -> bool:
    """Works on the next part, in a savepoint; True while there is more. Safe to repeat after a kill.

    An error stops the list and is written down by its kind alone; "go on" on the page continues behind the last
    part that was taken in.
    """
    by.require("system")
    record = PeopleImport.objects.visible_to(by, purpose="system").select_for_update().filter(pk=pk).first()
    if record is None or record.state not in (State.CHECKING, State.RUNNING):
        return False
    writing = record.state == State.RUNNING
    with acting(of_the_place(record)) as actor:
        waiting = queries.parts(pk, actor).filter(**{"done" if writing else "checked": False})
        part = waiting.select_for_update().first()
        if part is None:
            return _end(record, writing)
        try:
            with together():
                _work(record, part, actor, writing=writing)
        except Exception as error:  # written down and shown; the rest of the list is not lost
            record.state, record.error = State.FAILED if writing else State.MAPPING, type(error).__name__
            record.save(update_fields=["state", "error"])
            audit.record("people.import.failed", "people.PeopleImport", pk, scope_code=record.scope_code)
            return False
    return True


def _work(record: PeopleImport, part: ImportPart, actor: Actor, *, writing: bool) -> None:
    rows: list[list[str]] = json.loads(part.rows or "[]")
    tally = take_in(cells_of(record.mapping, rows, part.first_row), by=actor, writing=writing)
    part.findings = [list(one) for one in tally.findings]
    part.checked = True
    if writing:
        part.done, part.rows = True, None
    part.save(update_fields=["findings", "checked", "done", "rows"])
    _count(record, part.count, tally)
    if writing and tally.ids:
        audit.record("people.import", "people.PeopleImport", record.pk, scope_code=record.scope_code,
                     values={"first_row": part.first_row, "ids": tally.ids})  # fmt: skip


def cells_of(
    mapping: Mapping[str, int], rows: Sequence[Sequence[str]], first: int
) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, field -> text) of the columns that were named; the others are not looked at."""
    for number, row in enumerate(rows, start=first):
        yield number, {field: row[at] if at < len(row) else "" for field, at in mapping.items()}


def _count(record: PeopleImport, rows: int, tally: Tally) -> None:
    record.seen += rows
    for name in ("made", "filled", "same", "wrong"):
        setattr(record, name, getattr(record, name) + getattr(tally, name))
    record.save(update_fields=["seen", "made", "filled", "same", "wrong"])


def _end(record: PeopleImport, writing: bool) -> bool:
    record.state = State.DONE if writing else State.CHECKED
    record.ended_at = clock.now() if writing else None
    record.save(update_fields=["state", "ended_at"])
    return False
