"""Pure rules about facts: what a value may be, which of several holds, when one is stale, what is derived.

A fact is append-only and bitemporal: ``valid_from`` says since when it holds in the world, ``recorded_at`` when
we learnt of it. A later record of the same source for the same day replaces the earlier; a retraction is a
record without a value. Nothing is changed in place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from lianglin.people.rules import age as age

KINDS = ("text", "number", "date", "code", "flag")
LONGEST = 60
"""Characters of a text: a fact is a short answer, never a note about somebody."""
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")
_ID_LIKE = re.compile(r"\d{15,18}[0-9Xx]?|1[3-9]\d{9}")


class BadValue(ValueError):
    """A value that the element does not take; ``code`` names the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean(raw: str, kind: str, *, codes: Collection[str] = (), domain: str = "") -> str:
    """The canonical text of a value: plain decimal, ISO date, "1" or "0", a code of the domain, a short text.

    ``domain`` may be a range "0..4" for numbers. Raises :class:`BadValue`: empty, not_a_number, out_of_range,
    not_a_date, not_a_code, not_a_flag, too_long, like_an_id.
    """
    text = " ".join(raw.split())
    if not text:
        raise BadValue("empty")
    match kind:
        case "number":
            return _number(text, domain)
        case "date":
            try:
                return date.fromisoformat(text.replace("/", "-")).isoformat()
            except ValueError:
                raise BadValue("not_a_date") from None
        case "flag":
            flag = {
                "1": "1",
                "0": "0",
                "是": "1",
                "否": "0",
                "yes": "1",
                "no": "0",
                "true": "1",
                "false": "0",
            }
            if text.lower() not in flag:
                raise BadValue("not_a_flag")
            return flag[text.lower()]
        case "code":
            if text not in codes:
                raise BadValue("not_a_code")
            return text
    if len(text) > LONGEST:
        raise BadValue("too_long")
    if _ID_LIKE.search(text):
        raise BadValue("like_an_id")  # ID numbers and phones have encrypted columns of their own
    return text


def _number(text: str, domain: str) -> str:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise BadValue("not_a_number") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise BadValue("not_a_number")
    if limits := _RANGE.fullmatch(domain):
        low, high = map(Decimal, limits.groups())
        if not low <= number <= high:
            raise BadValue("out_of_range")
    plain = format(number.normalize(), "f")
    return "0" if plain == "-0" else plain


@dataclass(frozen=True)
class Recorded:
    """One record of the store, as the rules see it. ``retracted`` records carry no value."""

    id: int
    source: str
    value: str
    valid_from: date
    recorded_at: datetime
    retracted: bool = False
    expires_on: date | None = None


@dataclass(frozen=True)
class Current:
    """What holds of one element: the record that counts, and others of other sources that say otherwise."""

    record: Recorded
    against: tuple[Recorded, ...] = ()

    @property
    def disputed(self) -> bool:
        """Whether sources contradict each other and nobody has decided yet."""
        return bool(self.against)


def as_of(records: Iterable[Recorded], *, valid_on: date, known_at: datetime) -> list[Recorded]:
    """Per source the record that holds on ``valid_on`` by what was known at ``known_at``.

    The last record for a source and day replaces earlier ones; retracted and expired ones do not count.
    """
    last: dict[tuple[str, date], Recorded] = {}
    for record in sorted(records, key=lambda r: (r.recorded_at, r.id)):
        if record.recorded_at <= known_at and record.valid_from <= valid_on:
            last[record.source, record.valid_from] = record
    newest: dict[str, Recorded] = {}
    for record in last.values():
        held = newest.get(record.source)
        lives = not record.retracted and (record.expires_on is None or record.expires_on > valid_on)
        if lives and (held is None or record.valid_from > held.valid_from):
            newest[record.source] = record
    return sorted(newest.values(), key=lambda r: r.source)


def settle(
    held: Sequence[Recorded], *, steward: str = "", chosen: str = "", chosen_at: datetime | None = None
) -> Current | None:
    """Which of the sources' records counts. None when nobody says anything.

    A person's decision for a source counts until another source says something new; else the element's own
    steward; else whatever holds since the latest day. Those who say otherwise stay beside it, undecided.
    """
    if not held:
        return None
    decided = next((r for r in held if r.source == chosen), None) if chosen and chosen_at else None
    if decided is not None and chosen_at is not None:
        newer = [r for r in held if r.recorded_at > chosen_at and r.value != decided.value]
        if not newer:
            return Current(decided)
    first = next((r for r in held if steward and r.source == steward), None)
    first = first or max(held, key=lambda r: (r.valid_from, r.recorded_at, r.id))
    return Current(first, tuple(r for r in held if r.value != first.value))


def is_stale(valid_from: date, freshness_days: int | None, *, on: date) -> bool:
    """Whether a fact should be confirmed again; without a freshness it never ages."""
    return freshness_days is not None and valid_from + timedelta(days=freshness_days) < on


# --- derived facts: computed when they are read, never stored ------------------------------------------------


def age_band(years: int | None) -> str:
    """The age band of the law: under 14, 14-17, 18-59, 60-79, 80+."""
    if years is None:
        return ""
    return next(name for limit, name in _BANDS if years < limit)


_BANDS = ((14, "0-13"), (18, "14-17"), (60, "18-59"), (80, "60-79"), (10**6, "80+"))


def per_head(total_fen: str | None, size: int) -> str | None:
    """Monthly income per head in whole fen, half up; None when either is unknown (社会救助暂行办法)."""
    if not total_fen or size <= 0:
        return None
    return str(int((Decimal(total_fen) / size).quantize(Decimal(1), rounding="ROUND_HALF_UP")))


Derivation = Callable[[Mapping[str, str | None]], str | None]


def elders_only(ages: Iterable[int | None]) -> str | None:
    """Whether everybody is 60 or older; None when an age is unknown or nobody lives there."""
    known = list(ages)
    if not known or any(years is None for years in known):
        return None
    return "1" if all(years is not None and years >= 60 for years in known) else "0"
