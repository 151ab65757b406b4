"""The house's one clock. In the demo it can be advanced; elsewhere it is the system's."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta(0))


def now() -> datetime:
    """This instant, aware, in UTC, plus the demo's offset."""
    return datetime.now(UTC) + _offset.get()  # noqa: TID251 - this is the one place that may ask the system


def today() -> date:
    """Today's date in the city (Asia/Shanghai)."""
    return now().astimezone(CITY_ZONE).date()


def local(instant: datetime) -> datetime:
    """The same instant on the city's clocks."""
    return instant.astimezone(CITY_ZONE)


def set_offset(offset: timedelta) -> None:
    """Moves this context's clock. Only the demo's time machine and tests call it."""
    _offset.set(offset)


def offset() -> timedelta:
    """How far this context's clock stands from the system's."""
    return _offset.get()
