"""Orders of another hotline become appeals: once each; a changed order becomes a note on the appeal it became."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.actions.opening import Reporter, submit
from lianglin.appeals.models import HotlineOrder, HotlineSource
from lianglin.appeals.queries import hotline as queries
from lianglin.appeals.rules.hotline import FIELDS, Finding, Order, read_order
from lianglin.cases import actions as cases
from lianglin.kit import clock
from lianglin.kit.crypto import match_key

ORDER = "appeals.HotlineOrder"
QUIET = frozenset({"name", "phone", "confidential"})
"""Fields whose change is noted without what they say: the note is read by whoever handles the matter."""


@dataclass
class Tally:
    """What came of some orders: counts, findings, and their words that have no counterpart."""

    made: int = 0
    updated: int = 0
    same: int = 0
    wrong: int = 0
    findings: list[Finding] = field(default_factory=list)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    """Row -> number of the appeal, of those that were made."""


def take_in(
    rows: Iterable[tuple[int, Mapping[str, str]]], *, source: HotlineSource, by: Actor, writing: bool,
    record_id: int | None = None,
) -> Tally:  # fmt: skip
    """Reads orders and, when ``writing``, opens or updates their appeals as ``by``, who has the duty appeals.intake."""
    tally, orders = Tally(), []
    for row, cells in rows:
        order, found = read_order(row, cells, clock.CITY_ZONE)
        tally.findings += found
        if order is None:
            tally.wrong += 1
        else:
            orders.append(order)
    taker = _Taker(source, by, tally, writing, record_id)
    taker.known = queries.known_orders(source, [order.number for order in orders], by)
    for order in orders:
        taker.take(order)
    return tally


class _Taker:
    """Takes the orders of one part in one after the other."""

    def __init__(
        self, source: HotlineSource, by: Actor, tally: Tally, writing: bool, record_id: int | None
    ) -> None:
        self.source, self.by, self.tally, self.writing, self.record_id = source, by, tally, writing, record_id
        self.known: dict[str, HotlineOrder] = {}
        self.seen: set[str] = set()
        self.words = queries.Words(source, by)

    def take(self, order: Order) -> None:
        """One order: known and unchanged, known and changed, or new."""
        if order.number in self.seen:
            self._say(order, "number", "twice")
        self.seen.add(order.number)
        held = self.known.get(order.number)
        if held is not None:
            self._compare(held, order)
            return
        place = self.words.place(order)
        if place is None:
            self._say(order, "place", "place_unknown")
            self.tally.wrong += 1
            return
        item, channel = self.words.item(order.item), self.words.channel(order.channel)
        for name, missing in (
            ("item", order.item and item is None),
            ("channel", order.channel and not channel),
        ):
            if missing:
                self._say(order, name, f"{name}_unknown")
                self.tally.unknown.setdefault(name, Counter())[getattr(order, name)[:60]] += 1
        if not self.writing:
            self.tally.made += 1
            self.known[order.number] = HotlineOrder(number=order.number, digests=digests_of(order))
            return
        self._open(order, place, item, channel)

    def _say(self, order: Order, name: str, code: str) -> None:
        self.tally.findings.append(Finding(order.row, name, code))

    def _open(self, order: Order, place: cases.Place, item: queries.Item | None, channel: str) -> None:
        now = clock.now()
        reporter = Reporter(name=order.name, phone=order.phone, confidential=order.confidential)
        try:
            with together():
                made = submit(
                    by=self.by, place=place, text=order.text, item=item, title=order.title, reporter=reporter,
                    channel="hotline",
                )  # fmt: skip
                held = HotlineOrder(
                    source=self.source, number=order.number, case=made.case, scope_code=made.case.scope_code,
                    record_id=self.record_id, digests=digests_of(order), channel=channel,
                    reported_at=order.reported_at, wanted_by=order.wanted_by, received_at=now,
                )  # fmt: skip
                held.save(force_insert=True)
        except IntegrityError:
            self._say(order, "number", "merged_number")
            self.tally.wrong += 1
            return
        self.known[order.number] = held
        self.tally.made += 1
        self.tally.numbers[order.row] = made.case.number

    def _compare(self, held: HotlineOrder, order: Order) -> None:
        now = digests_of(order)
        changed = [name for name in now if held.digests.get(name) != now[name]]
        if not changed:
            self.tally.same += 1
            return
        self.tally.updated += 1
        if held.case_id is None:  # looked through only, and twice in one file
            held.digests = now
            return
        if held.case.closed_at is not None:
            self._say(order, "number", "closed")
        if self.writing:
            self._update(held, order, changed, now)

    def _update(self, held: HotlineOrder, order: Order, changed: list[str], now: dict[str, str]) -> None:
        with together():
            case = cases.lock(held.case_id, by=self.by)
            note = update_note(self.source, order, changed)
            cases.remark(
                case,
                by=self.by,
                note=note,
                public=False,
                data={"hotline": self.source.code},
                code="hotline_update",
            )
            held.digests, held.updates = now, held.updates + 1
            held.wanted_by = order.wanted_by or held.wanted_by
            held.save(update_fields=["digests", "updates", "wanted_by"])
            audit.record(
                "appeals.hotline.update",
                ORDER,
                held.pk,
                scope_code=held.scope_code,
                values={"fields": changed},
            )


def digests_of(order: Order) -> dict[str, str]:
    """Field -> keyed digest of what the order says."""
    return {name: match_key(text, "hotline").hex()[:24] for name, text in order.said().items() if text}


def update_note(source: HotlineSource, order: Order, changed: list[str]) -> str:
    """What the note on the appeal says: new texts in full; of the person only that it changed."""
    lines = [
        _("%(hotline)s has changed its order %(number)s.") % {"hotline": source.name, "number": order.number}
    ]
    for name in changed:
        label = str(FIELDS[name][0])
        said = order.said()[name]
        if name in QUIET:
            lines.append(_("%(field)s: changed (look it up at the hotline)") % {"field": label})
        else:
            lines.append(f"{label}{_(': ')}{said or '—'}")
    return "\n".join(lines)
