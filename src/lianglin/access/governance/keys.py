"""The security officer's view of the keys, and the two orders: count, and bring everything to the newest key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit, rotation
from lianglin.access.actor import Actor
from lianglin.access.encrypted import encrypted_columns
from lianglin.access.models import KeyOrder, KeyRotation, KeySeen, KeyUse
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.crypto import algorithm_of, keys_of, newest_key
from lianglin.kit.errors import Refused
from lianglin.kit.grounds import GROUNDS

TASK = "key_order"
SHOWN = 10
"""Orders on the page, the newest first."""


@dataclass(frozen=True)
class Key:
    """One key of a ring, as the page shows it."""

    ground: str
    number: int
    algorithm: str
    encrypts: bool
    since: datetime | None
    values: int


@dataclass
class Column:
    """One encrypted column: what is under the newest key, what is not, and how far the rotation is."""

    label: str
    table: str
    newest: int
    values: int = 0
    old: int = 0
    missing: list[int] = field(default_factory=list)
    changed: int = 0
    finished_at: datetime | None = None

    @property
    def share(self) -> int:
        """Percent of the values that rest under the newest key; 100 where there are none."""
        return 100 if not self.values else 100 * (self.values - self.old) // self.values


def rings() -> list[Key]:
    """Every key of every ring; how many values rest under it as counted last."""
    since = {(one.ground, one.number): one.seen_at for one in KeySeen.objects.all()}
    grounds = {column.label: column.ground for column in encrypted_columns()}
    values: dict[tuple[str, int], int] = {}
    for use in KeyUse.objects.all():
        key = grounds.get(use.column, ""), use.number
        values[key] = values.get(key, 0) + use.rows
    return [
        Key(ground, number, algorithm_of(key), number == newest_key(ground), since.get((ground, number)), values.get((ground, number), 0))
        for ground in ("", *GROUNDS)
        for number, key in sorted(keys_of(ground).items())
    ]  # fmt: skip


def columns() -> tuple[list[Column], datetime | None]:
    """(every encrypted column, when it was counted last)."""
    found: dict[str, Column] = {}
    ring = {column.label: keys_of(column.ground) for column in encrypted_columns()}
    for column in encrypted_columns():
        if ring[column.label]:
            model, _dot, _name = column.label.rpartition(".")
            table = str(apps.get_model(model)._meta.verbose_name)
            found[column.label] = Column(column.label, table, newest_key(column.ground))
    counted = None
    for use in KeyUse.objects.all():
        if one := found.get(use.column):
            one.values += use.rows
            one.old += use.rows if use.number != one.newest else 0
            if use.number not in ring[use.column]:
                one.missing.append(use.number)
            counted = max(counted or use.counted_at, use.counted_at)
    for state in KeyRotation.objects.all():
        one = found.get(state.column)
        if one is not None and state.key_number == one.newest:
            one.changed, one.finished_at = state.changed, state.finished_at
    return list(found.values()), counted


def orders() -> list[KeyOrder]:
    """The last orders, newest first."""
    return list(KeyOrder.objects.order_by("-id")[:SHOWN])


def order(*, kind: str, reason: str, by: Actor) -> KeyOrder:
    """Has the worker count, or rotate now; written down with the reason. Refused while the same one is being done."""
    by.require("access.keys")
    if kind not in KeyOrder.Kind.values:
        raise Refused(_("Choose one of the listed answers."), field="kind")
    if len(reason.strip()) < 4:
        raise Refused(_("Say in a few words why."), field="reason")
    with together():
        if KeyOrder.objects.filter(kind=kind, done_at__isnull=True).exists():
            raise Refused(_("This has been ordered and is being done. Look again later."), field="kind")
        made = KeyOrder(
            kind=kind, reason=reason.strip()[:200], ordered_at=clock.now(), post_id=by.post_id or 0
        )
        made.save(force_insert=True)
        audit.record(f"access.keys_{kind}", "access.KeyOrder", made.pk, values={"reason": made.reason})
        app.configure_task(TASK, queue="events").defer(order_id=made.pk)
    return made


def note_keys() -> None:
    """Writes down which keys are in the rings now, and since when. As the background role."""
    known = set(KeySeen.objects.values_list("ground", "number"))
    for ground in ("", *GROUNDS):
        for number in keys_of(ground):
            if (ground, number) not in known:
                KeySeen.objects.create(ground=ground, number=number, seen_at=clock.now())


def count() -> int:
    """Counts what rests under which key, column by column; how many values in all. As the background role."""
    note_keys()
    return sum(count_column(column.label) for column in encrypted_columns())


def count_column(label: str) -> int:
    """Counts what rests under which key in one column; how many values. As the background role."""
    uses, now = rotation.uses_of(label), clock.now()
    KeyUse.objects.filter(column=label).delete()
    KeyUse.objects.bulk_create(
        KeyUse(column=label, number=number, rows=rows, counted_at=now) for number, rows in uses
    )
    return sum(rows for _number, rows in uses)


def finish(order_id: int) -> dict[str, Any]:
    """Marks an order as done, with a count afterwards. As the background role."""
    total = count()
    KeyOrder.objects.filter(pk=order_id, done_at__isnull=True).update(done_at=clock.now())
    return {"values": total}
