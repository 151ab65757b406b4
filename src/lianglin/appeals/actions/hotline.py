"""Files of other hotlines: entered, brought, columns named, looked through, taken in part by part.

A part is whole or not at all; what is taken in is taken in as the post that brought the file, with its duties and in
its area as they are then.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO, Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting, together
from lianglin.appeals.actions.hotline_orders import Tally, take_in
from lianglin.appeals.models import HotlineImport, HotlinePart, HotlineSource
from lianglin.appeals.queries import hotline as queries
from lianglin.appeals.rules import hotline as rules
from lianglin.kit import clock, tables
from lianglin.kit.errors import Conflict, Forbidden, Refused

IMPORT = "appeals.import"
PART = 200
"""Orders of one transaction."""
MOST = 20_000
"""Orders of one file: a big city's hotline in a day."""
MOST_WORDS = 2_000
SUBJECT, SOURCE = "appeals.HotlineImport", "appeals.HotlineSource"
State = HotlineImport.State
_UNPACKED = 128 * 1024**2


def enter_source(*, by: Actor, code: str, name: str) -> HotlineSource:
    """Enters a hotline for the area of the post; Conflict when its code is taken."""
    by.require(IMPORT)
    if not re.fullmatch(r"[a-z0-9-]{2,20}", code):
        raise Refused(_("Write 2 to 20 small letters, digits or hyphens."), field="code")
    made = HotlineSource(scope_code=by.low, code=code, name=name.strip(), created_at=clock.now())
    try:
        with together():
            made.save(force_insert=True)
            audit.record("appeals.hotline.enter", SOURCE, made.pk, scope_code=by.low)
    except IntegrityError as error:
        raise Conflict(_("This code is taken. Choose another."), field="code") from error
    return made


def change_source(
    pk: int, *, by: Actor, name: str, values: Mapping[str, Mapping[str, str]], active: bool = True
) -> HotlineSource:
    """Writes a hotline's name and values anew; refused where a word leads to a code that is not known here."""
    by.require(IMPORT)
    with together():
        source = own_source(pk, by)
        source.values = {kind: dict(values.get(kind, {})) for kind in rules.MAPPED}
        if sum(map(len, source.values.values())) > MOST_WORDS:
            raise Refused(_("A hotline has at most %(n)d words.") % {"n": MOST_WORDS})
        _must_be_known(source, by)
        source.name, source.active = name.strip(), active
        source.save(update_fields=["name", "values", "active"])
        audit.record("appeals.hotline.change", SOURCE, pk, scope_code=source.scope_code)
    return source


def _must_be_known(source: HotlineSource, by: Actor) -> None:
    words = queries.Words(source, by)
    looks = {
        "item": words.item,
        "channel": words.channel,
        "place": lambda word: words.place(rules.Order(0, "", "", place=word)),
    }
    for kind, look in looks.items():
        for word in source.values[kind]:
            if not look(word):
                raise Refused(
                    _("“%(word)s” leads to a code that is not known here, or not in your area.")
                    % {"word": word},
                    field=kind,
                )


def own_source(pk: int, by: Actor) -> HotlineSource:
    """A hotline of the post's own area, locked."""
    found = HotlineSource.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if found is None or not by.covers(found.scope_code):
        raise Forbidden(_("This hotline is not entered for the area of your current post."))
    return found


def receive(*, source: HotlineSource, file: IO[bytes], name: str, by: Actor) -> HotlineImport:
    """Reads a file into sealed parts. Where its columns are known it is looked through next, else they are named first."""
    by.require(IMPORT)
    if not source.active:
        raise Refused(_("This hotline is not in use any more."))
    try:
        found = _rows(file, name)
        heading = next(found, None)
        if not heading:
            raise tables.Unreadable("empty")
        with together():
            record = HotlineImport(
                scope_code=by.low, source=source, post_id=by.post_id, filename=name[-120:], sha256=_digest(file),
                heading=heading, created_at=clock.now(),
            )  # fmt: skip
            record.save(force_insert=True)
            record.rows = _seal(record, found)
            if not record.rows:
                raise tables.Unreadable("empty")
            if all(source.columns.get(field) in heading for field in rules.NEEDED):
                record.state = State.CHECKING
            record.save(update_fields=["rows", "state"])
            values = {"sha256": record.sha256}
            audit.record("appeals.hotline.bring", SUBJECT, record.pk, scope_code=by.low, values=values)
    except tables.Unreadable as error:
        raise Refused(error.said, field="file") from error
    return record


def _rows(file: IO[bytes], name: str) -> Iterator[list[str]]:
    head = file.read(8)
    file.seek(0)
    if name.lower().endswith(".json"):
        return rules.rows_of_json(file, rules.LONGEST + 1)
    kind = tables.kind_of(name, head)
    return tables.rows_of(file, kind, most=_UNPACKED, longest=rules.LONGEST + 1)


def _digest(file: IO[bytes]) -> str:
    at, made = file.tell(), hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        made.update(block)
    file.seek(at)
    return made.hexdigest()


def _seal(record: HotlineImport, found: Iterator[list[str]]) -> int:
    row = 2  # the heading is the first
    while rows := list(islice(found, PART)):
        if row - 2 + len(rows) > MOST:
            raise Refused(
                _("The file has more than %(most)s orders. Bring it in parts.") % {"most": MOST}, field="file"
            )
        HotlinePart(
            scope_code=record.scope_code, record=record, first_row=row, count=len(rows),
            rows=json.dumps(rows, ensure_ascii=False),
        ).save(force_insert=True)  # fmt: skip
        row += len(rows)
    return row - 2


def found_file(pk: int, by: Actor) -> HotlineImport:
    """The file, locked; Forbidden for one of another area."""
    seen = HotlineImport.objects.visible_to(by, purpose=by.work_purpose)
    record = seen.select_for_update(of=("self",)).select_related("source").filter(pk=pk).first()
    if record is None:
        raise Forbidden(_("There is no such file of orders in the area of your post."))
    return record


def name_columns(pk: int, *, columns: Mapping[str, str], by: Actor) -> HotlineImport:
    """Says which column holds what; kept with the hotline for its next files. From now on the file is looked through."""
    by.require(IMPORT)
    with together():
        record = found_file(pk, by)
        if record.state not in (State.MAPPING, State.CHECKED):
            raise Refused(_("This was done already. Look at it again."))
        chosen = {field: name for field, name in columns.items() if field in rules.FIELDS and name}
        for field in rules.NEEDED:
            if chosen.get(field) not in record.heading:
                raise Refused(_("Say which column holds it."), field=field)
        if len(set(chosen.values())) < len(chosen):
            raise Refused(_("Two fields take the same column. Choose one column for each."), field="number")
        source = record.source
        if by.covers(source.scope_code):
            source = own_source(source.pk, by)
            source.columns = chosen
            source.save(update_fields=["columns"])
        elif source.columns != chosen:
            raise Forbidden(_("The columns of this hotline are named by the office that entered it."))
        record.state = State.CHECKING
        _begin_anew(record)
        queries.parts(pk, by).update(checked=False, findings=[])
    return record


def look_again(pk: int, *, by: Actor) -> HotlineImport:
    """Looks a file through once more, after values were entered."""
    by.require(IMPORT)
    with together():
        record = found_file(pk, by)
        if record.state != State.CHECKED:
            raise Refused(_("This was done already. Look at it again."))
        record.state = State.CHECKING
        _begin_anew(record)
        queries.parts(pk, by).update(checked=False, findings=[])
    return record


def _begin_anew(record: HotlineImport) -> None:
    record.seen = record.made = record.updated = record.same = record.wrong = 0
    record.unknown, record.error = {}, ""
    record.save()


def start(pk: int, *, by: Actor) -> HotlineImport:
    """After the file was looked through, or after an error: what is sound is taken in, as the post that says so."""
    by.require(IMPORT)
    by.require("appeals.intake")
    with together():
        record = found_file(pk, by)
        if record.state not in (State.CHECKED, State.FAILED):
            raise Refused(_("This was done already. Look at it again."))
        if record.state == State.CHECKED:
            _begin_anew(record)
        record.state, record.error, record.post_id = State.RUNNING, "", by.post_id or record.post_id
        record.save(update_fields=["state", "error", "post_id"])
        audit.record("appeals.hotline.start", SUBJECT, pk, scope_code=record.scope_code)
    return record


def drop(pk: int, *, by: Actor) -> None:
    """Throws the rows of a file away. Appeals that were made of them stay."""
    by.require(IMPORT)
    with together():
        record = found_file(pk, by)
        if record.state in (State.CHECKING, State.RUNNING):
            raise Refused(_("The file is being worked on. Wait until that has ended."))
        queries.parts(pk, by).update(rows=None)
        if record.state != State.DONE:
            record.state, record.ended_at = State.DROPPED, clock.now()
            record.save(update_fields=["state", "ended_at"])
        audit.record("appeals.hotline.drop", SUBJECT, pk, scope_code=record.scope_code)


def go_on(pk: int, *, by: Actor) -> bool:
    """Works on the next part, in a savepoint; True while there is more. Safe to repeat after a kill.

    An error stops the file and is written down by its kind alone; "go on" on the page continues behind the last part.
    """
    by.require("system")
    seen = HotlineImport.objects.visible_to(by, purpose="system").select_related("source")
    record = seen.select_for_update(of=("self",)).filter(pk=pk).first()
    if record is None or record.state not in (State.CHECKING, State.RUNNING):
        return False
    writing = record.state == State.RUNNING
    post = Post.objects.in_force().select_related("organisation").filter(pk=record.post_id).first()
    if post is None or not post.organisation.active:
        return _stop(record, writing, "PostEnded")
    with acting(actor_in(post)) as actor:
        waiting = queries.parts(pk, actor).filter(**{"done" if writing else "checked": False})
        part = waiting.select_for_update().first()
        if part is None:
            return _end(record, writing)
        try:
            with together():
                _work(record, part, actor, writing=writing)
        except Exception as error:  # written down and shown; the rest of the file is not lost
            return _stop(record, writing, type(error).__name__)
    return True


def _stop(record: HotlineImport, writing: bool, why: str) -> bool:
    record.state, record.error = State.FAILED if writing else State.MAPPING, why
    record.save(update_fields=["state", "error"])
    audit.record("appeals.hotline.failed", SUBJECT, record.pk, scope_code=record.scope_code)
    return False


def _work(record: HotlineImport, part: HotlinePart, actor: Actor, *, writing: bool) -> None:
    rows: list[list[str]] = json.loads(part.rows or "[]")
    at = {field: record.heading.index(n) for field, n in record.source.columns.items() if n in record.heading}
    cells = (
        (number, {field: row[i] if i < len(row) else "" for field, i in at.items()})
        for number, row in enumerate(rows, start=part.first_row)
    )
    tally = take_in(cells, source=record.source, by=actor, writing=writing, record_id=record.pk)
    part.findings, part.checked = [list(one) for one in sorted(tally.findings)], True
    if writing:
        part.done, part.rows = True, None
    part.save(update_fields=["findings", "checked", "done", "rows"])
    _count(record, part.count, tally)


def _count(record: HotlineImport, rows: int, tally: Tally) -> None:
    record.seen += rows
    for name in ("made", "updated", "same", "wrong"):
        setattr(record, name, getattr(record, name) + getattr(tally, name))
    unknown: dict[str, Any] = record.unknown
    for kind, words in tally.unknown.items():
        unknown[kind] = dict((Counter(unknown.get(kind, {})) + words).most_common(40))
    record.save(update_fields=["seen", "made", "updated", "same", "wrong", "unknown"])


def _end(record: HotlineImport, writing: bool) -> bool:
    record.state = State.DONE if writing else State.CHECKED
    record.ended_at = clock.now() if writing else None
    record.save(update_fields=["state", "ended_at"])
    return False
