"""The figures that a web process keeps while it works. Labels come from fixed sets: route names, never paths."""

from __future__ import annotations

from prometheus_client import REGISTRY, Counter, Gauge, Histogram

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Bounds of the buckets; 0.3 is the promise for 95 of 100 requests."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter(
    "lianglin_http_requests",
    "Requests answered, by route, method and class of status.",
    ("route", "method", "status"),
)
DURATION = Histogram(
    "lianglin_http_request_duration_seconds",
    "Seconds until a request was answered.",
    ("route",),
    buckets=SECONDS,
)
CPU = Counter(
    "lianglin_http_request_cpu_seconds",
    "Processor seconds of the thread that answered, by route.",
    ("route",),
)
IN_FLIGHT = Gauge(
    "lianglin_http_requests_in_flight", "Requests being answered now.", multiprocess_mode="livesum"
)
REJECTED = Counter(
    "lianglin_http_rejected",
    "Requests turned away: throttle (too many tries), full, address, slow, busy (at the doorway).",
    ("reason",),
)
PROCESS_CPU = Counter("lianglin_process_cpu_seconds", "Processor seconds of the web processes.")
POOL_WAITS = Counter(
    "lianglin_database_pool_waits", "Times that a request waited for a connection of its process's pool."
)
POOL_WAITED = Counter("lianglin_database_pool_wait_seconds", "Seconds that requests waited for a connection.")
POOL_SIZE = Gauge(
    "lianglin_database_pool_connections", "Connections held by the pools.", multiprocess_mode="livesum"
)

for reason in ("throttle", "full", "address", "slow", "busy"):
    REJECTED.labels(reason)

__all__ = (
    "CPU", "DURATION", "IN_FLIGHT", "METHODS", "POOL_SIZE", "POOL_WAITED", "POOL_WAITS", "PROCESS_CPU", "REGISTRY", "REJECTED",
    "REQUESTS", "SECONDS",
)  # fmt: skip
