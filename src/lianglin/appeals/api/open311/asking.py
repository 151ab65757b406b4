"""What a request of the interface asks for: dates, lists, pages; each fault says which argument and what to write."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.appeals.api.open311.writing import Wrong
from lianglin.appeals.queries.open_requests import DEEPEST, Asked
from lianglin.kit import clock, throttle
from lianglin.kit.clock import CITY_ZONE

WINDOW = timedelta(days=90)
MOST = 1000
PAGE = 100
"""Requests on a page, where a page is asked for without its size."""
MOST_IDS = 200
READS, READS_WINDOW = 240, timedelta(minutes=1)
"""Requests that one address may send to read."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def counted(request: HttpRequest) -> None:
    """Counts a reading request of an address."""
    throttle.hit("open311-read", throttle.client_address(request), limit=READS, window=READS_WINDOW)


def listed(request: HttpRequest, name: str) -> list[str] | None:
    """The values of an argument that may be repeated or separated by commas; None where it was not given."""
    values = [part.strip() for text in request.GET.getlist(name) for part in text.split(",")]
    return [value for value in values if value] or None


def window(request: HttpRequest) -> tuple[datetime, datetime]:
    """From when to when: both given, one given (90 days from it), or the last 90 days."""
    since, until = moment(request, "start_date"), moment(request, "end_date")
    now = clock.now() + timedelta(seconds=1)
    if since is None:
        until = until or now
        return max(until - WINDOW, BEGINNING), until
    if until is None:
        return since, min(since + WINDOW, now)
    if until < since or until - since > WINDOW:
        raise Wrong(400, _("start_date and end_date may be 90 days apart at most, start_date first."))
    return since, until


def any_time(request: HttpRequest) -> tuple[datetime, datetime]:
    """The same where requests are named: any span, by default all of it."""
    until = moment(request, "end_date") or clock.now() + timedelta(seconds=1)
    return moment(request, "start_date") or BEGINNING, until


def moment(request: HttpRequest, name: str) -> datetime | None:
    """One W3C date (2026-11-01T08:00:00+08:00, or Z, or the day alone in the city's time)."""
    text = request.GET.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=CITY_ZONE)
        if not 1970 <= found.year <= 2200:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(
            400, _("%(name)s is no W3C date: write it like 2026-11-01T08:00:00Z.") % {"name": name}
        ) from None


def whole(request: HttpRequest, name: str, *, least: int, most: int) -> int | None:
    """A whole number of an argument, None where it was not given."""
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise Wrong(
            400,
            _("%(name)s is a whole number from %(least)s to %(most)s.")
            % {"name": name, "least": least, "most": most},
        )
    return int(text)


def paged(request: HttpRequest) -> tuple[int, int, int]:
    """(page, size, rows before it); without a page the first thousand."""
    page = whole(request, "page", least=1, most=DEEPEST)
    size = whole(request, "page_size", least=1, most=MOST) or (PAGE if page else MOST)
    before = ((page or 1) - 1) * size
    if before > DEEPEST:
        raise Wrong(400, _("This page lies too deep. Narrow start_date and end_date instead."))
    return page or 1, size, before


def state(request: HttpRequest) -> bool | None:
    """Whether closed requests are asked for; None: both kinds."""
    given = set(listed(request, "status") or ())
    if not given <= {"open", "closed"}:
        raise Wrong(400, _("status is open or closed."))
    return None if len(given) != 1 else given == {"closed"}


def asked(request: HttpRequest) -> Asked:
    """What a list of requests is narrowed to; service_request_id stands above all else."""
    ids = listed(request, "service_request_id")
    if ids is not None:
        if len(ids) > MOST_IDS:
            raise Wrong(400, _("Ask for %(n)s service_request_id at most.") % {"n": MOST_IDS})
        return Asked(BEGINNING, clock.now() + timedelta(seconds=1), ids=clean(ids))
    since, until = window(request)
    items = listed(request, "service_code")
    return Asked(since, until, items=clean(items) if items else None, closed=state(request))


def clean(values: list[str]) -> list[Any]:
    """Without what no code or number can be; what is left may be nothing, and then nothing is found."""
    return [value for value in values if re.fullmatch(r"[A-Za-z0-9-]{1,20}", value)]
