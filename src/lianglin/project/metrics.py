"""/metrics: how the house runs, for Prometheus. Numbers, route names and codes; nothing that says who did what.

Two sources. What a process sees itself (requests, seconds, processor) lives in mapped files that all web processes of
a service share, so that any of them answers for all. What the database knows (queues, seals, ages) is read by the
manifests' signs as the background role, by whichever process is asked, and kept for some seconds.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.kit import discovery, mishaps
from lianglin.kit.domain import Sign
from lianglin.kit.fresh import Fresh
from lianglin.project import figures, gauges

TEXT = "text/plain; version=0.0.4; charset=utf-8"
KEPT_SECONDS = 5.0
"""So long an answer is given again: two Prometheus servers and a curious one cost as much as one."""
PREFIX = "lianglin_"
NOT_SERVED = "none"
"""Route of what leads nowhere, and of static files."""
BEATS = 1.0
"""Seconds between two looks at the processor and the pool."""

_kept = Fresh(KEPT_SECONDS)


class RequestMetrics:
    """Counts each request by route name, method and class of status; outermost, so that nothing escapes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Some thirteen microseconds beside the request's own milliseconds."""
        began, used = time.perf_counter(), time.thread_time()
        gauges.IN_FLIGHT.inc()
        status = 500
        try:
            response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            gauges.IN_FLIGHT.dec()
            route = request.resolver_match.view_name if request.resolver_match else NOT_SERVED
            route = route or NOT_SERVED
            method = request.method if request.method in gauges.METHODS else "other"
            gauges.REQUESTS.labels(route, method, f"{status // 100}xx").inc()
            gauges.DURATION.labels(route).observe(time.perf_counter() - began)
            gauges.CPU.labels(route).inc(max(time.thread_time() - used, 0.0))
            if status == 429:
                gauges.REJECTED.labels("throttle").inc()
            mishaps.answered()
            _beat.look()


class _Beat:
    """Looks once a second at what only grows in this process, and adds what it grew by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0
        self._cpu = 0.0
        self._waits, self._waited = 0, 0

    def look(self) -> None:
        """Cheap when it was done lately."""
        if time.monotonic() < self._next or not self._lock.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + BEATS
            cpu = time.process_time()
            gauges.PROCESS_CPU.inc(max(cpu - self._cpu, 0.0))
            self._cpu = cpu
            self._look_at_pools()
        finally:
            self._lock.release()

    def _look_at_pools(self) -> None:
        size = waits = waited = 0
        for alias in connections:
            if "pool" not in connections[alias].settings_dict["OPTIONS"]:
                continue
            pool = connections[alias].pool  # pyright: ignore[reportAttributeAccessIssue] - PostgreSQL's alone
            if pool is not None:
                found = pool.get_stats()
                size += found.get("pool_size", 0)
                waits += found.get("requests_queued", 0)
                waited += found.get("requests_wait_ms", 0)
        gauges.POOL_SIZE.set(size)
        gauges.POOL_WAITS.inc(max(waits - self._waits, 0))
        gauges.POOL_WAITED.inc(max(waited - self._waited, 0) / 1000)
        self._waits, self._waited = waits, waited


_beat = _Beat()


class Signs(Collector):
    """What the manifests' signs read in the database and on the disks; one that cannot be read hides no other."""

    def collect(self) -> Iterable[Metric]:
        """A family a sign, and two that say which could not be read and what version runs."""
        unread = GaugeMetricFamily(
            f"{PREFIX}sign_unreadable", "1 for a sign that could not be read.", labels=("sign",)
        )
        yield from self._read_all(unread)
        yield unread
        version = GaugeMetricFamily(
            f"{PREFIX}build_info", "Always 1; the version that answers.", labels=("version",)
        )
        version.add_metric((mishaps.release(),), 1)
        yield version

    def _read_all(self, unread: GaugeMetricFamily) -> Iterator[Metric]:
        try:
            with acting(job()):
                for sign in discovery.each("signs"):
                    family = _family(sign)
                    try:
                        with transaction.atomic():
                            for values, number in discovery.resolve(sign.read)():
                                family.add_metric(values, number)
                    except Exception:  # whatever is broken: the figure is missing, and says so
                        unread.add_metric((sign.name,), 1)
                        continue
                    yield family
        except DatabaseError:
            unread.add_metric(("database",), 1)


def _family(sign: Sign) -> CounterMetricFamily | GaugeMetricFamily:
    kind = CounterMetricFamily if sign.name.endswith("_total") else GaugeMetricFamily
    return kind(PREFIX + sign.name.removesuffix("_total"), sign.text, labels=sign.labels)


def exposition() -> bytes:
    """The whole text, read now."""
    _beat.look()
    registry = CollectorRegistry()
    if home := os.environ.get(figures.FOLDER):
        _bury(Path(home))
        MultiProcessCollector(registry, home)
    text = generate_latest(registry if home else gauges.REGISTRY)
    signs = CollectorRegistry()
    signs.register(Signs())
    return text + generate_latest(signs)


def _bury(home: Path) -> None:
    """Takes away the live gauges of processes that are gone; what they counted stays counted."""
    for path in home.glob("gauge_live*_*.db"):
        number = path.stem.rpartition("_")[2]
        if number.isdigit() and not Path(f"/proc/{number}").exists() and not _alive(int(number)):
            with suppress(FileNotFoundError):
                path.unlink()


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def may_read(request: HttpRequest) -> bool:
    """With the token; in the demo from this very machine too.

    Elsewhere an address says nothing: behind a proxy that passes connections on (TCP), everybody comes from this machine
    and no header tells.
    """
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and hmac.compare_digest(
        given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()
    ):
        return True
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"))
    if forwarded or given or settings.TRUSTED_PROXIES or not settings.DEMO:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 403 for whoever may not read them, in words that say what is missing."""
    if not may_read(request):
        said = "Closed: set LIANGLIN_METRICS_TOKEN and send it (Authorization: Bearer). Only a demo answers this machine without.\n"
        return HttpResponse(said, status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(_kept.get("text", exposition), content_type=TEXT)
