"""The signs that operation reads for /metrics: queues, messages, seals, keys, figures, errors, backups, disks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.models import Count, Sum

from lianglin.access.actor import job
from lianglin.access.models import AuditCheck, AuditSeal, KeyUse
from lianglin.indicators.models import IndicatorValue
from lianglin.kit import clock
from lianglin.kit.crypto import keys_of, newest_key
from lianglin.kit.fresh import Fresh
from lianglin.kit.grounds import GROUNDS
from lianglin.notices.models import Message
from lianglin.operation.models import ErrorHour, ErrorKind
from lianglin.operation.queries import backups, errors, jobs, runs

Reading = tuple[tuple[str, ...], float]
LOOKED_AT = 500
"""Newest values of indicators that are looked at: each pass writes thousands, and the table has millions."""
_server = Fresh(3)


def _age(at: datetime | None) -> list[Reading]:
    """Of an instant on the city's clock (the demo's can be advanced)."""
    return [((), max((clock.now() - at).total_seconds(), 0.0))] if at else []


def queue_jobs() -> Iterable[Reading]:
    """Jobs by queue and state."""
    return [((found.queue, found.state), float(found.jobs)) for found in jobs.queues()]


def queue_ages() -> Iterable[Reading]:
    """How long the oldest job that is due has waited, by queue."""
    return [((found.queue,), found.seconds) for found in jobs.queues() if found.state == "todo"]


def stalled_jobs() -> Iterable[Reading]:
    """Jobs whose worker is gone."""
    return [((), float(jobs.stalled()))]


def workers() -> Iterable[Reading]:
    """Worker processes with a heartbeat."""
    return [((), float(sum(worker.alive for worker in jobs.workers())))]


def messages() -> Iterable[Reading]:
    """Messages that wait, and those of the last day that were given up, by channel."""
    held = Message.objects.visible_to(job(), purpose="system").order_by()
    queued = held.filter(state=Message.State.QUEUED)
    given_up = held.filter(state=Message.State.FAILED, created_at__gte=clock.now() - timedelta(days=1))
    counted = [
        row
        for rows in (queued, given_up)
        for row in rows.values_list("channel", "state").annotate(Count("id"))
    ]
    return [((channel, state), float(count)) for channel, state, count in counted]


def seal_age() -> Iterable[Reading]:
    """Since the audit's heads were sealed last."""
    return _age(AuditSeal.objects.order_by("-id").values_list("at", flat=True).first())


def audit_findings() -> Iterable[Reading]:
    """Places that did not fit at the last verification of the audit."""
    found = AuditCheck.objects.order_by("-id").values_list("findings", flat=True).first()
    return [] if found is None else [((), float(found))]


def keys() -> Iterable[Reading]:
    """Keys in the rings: 1 for the one that encrypts, 0 for those that only decrypt."""
    return [
        ((ground or "personal", str(number)), float(number == newest_key(ground)))
        for ground in ("", *GROUNDS)
        for number in sorted(keys_of(ground))
    ]


def key_values() -> Iterable[Reading]:
    """Encrypted values by number of the key they rest under, as counted last."""
    counted = KeyUse.objects.values_list("number").annotate(Sum("rows")).order_by("number")
    return [((str(number),), float(rows or 0)) for number, rows in counted]


def figures_age() -> Iterable[Reading]:
    """Since an indicator was counted last."""
    newest = IndicatorValue.objects.order_by("-id").values_list("computed_at", flat=True)[:LOOKED_AT]
    return _age(max(newest, default=None))


def server(name: str) -> Iterable[Reading]:
    """One figure of the database server."""
    found = _server.get("server", jobs.server).get(name)
    return [] if found is None else [((), float(found))]


def connections() -> Iterable[Reading]:
    """Connections to the city's database."""
    return server("connections")


def connection_limit() -> Iterable[Reading]:
    """Connections that the server takes."""
    return server("most")


def lock_waits() -> Iterable[Reading]:
    """Sessions that wait for a lock."""
    return server("waiting")


def deadlocks() -> Iterable[Reading]:
    """Deadlocks since the server's figures were reset."""
    return server("deadlocks")


def longest_transaction() -> Iterable[Reading]:
    """Seconds of the longest open transaction."""
    return server("longest")


def database_bytes() -> Iterable[Reading]:
    """Size of the database."""
    return server("bytes")


def replica_lag() -> Iterable[Reading]:
    """Seconds by which each replica is behind; none on a single server."""
    return [
        ((str(one["name"])[:40],), float(one["seconds"] or 0))
        for one in _server.get("server", jobs.server)["replicas"]
    ]


def error_kinds() -> Iterable[Reading]:
    """Kinds of errors by state."""
    counted = dict(ErrorKind.objects.values_list("state").annotate(Count("id")))
    return [((state,), float(counted.get(state, 0))) for state in ErrorKind.State.values]


def errors_lately() -> Iterable[Reading]:
    """Errors of the running hour and the one before it."""
    since = errors.hours(most=2)[0].at
    return [((), float(ErrorHour.objects.filter(hour__gte=since).aggregate(n=Sum("count"))["n"] or 0))]


def nightly_age() -> Iterable[Reading]:
    """Since the newest run of each nightly task began, for those that ended well."""
    return [
        ((run.name,), max((errors.now() - run.ended_at).total_seconds(), 0.0))
        for run in runs.last_runs()
        if run.state == "done" and run.ended_at
    ]


def nightly_failed() -> Iterable[Reading]:
    """1 where the newest run of a nightly task failed, else 0."""
    return [((run.name,), float(run.state == "failed")) for run in runs.last_runs()]


def backup_age() -> Iterable[Reading]:
    """Since the last good line of each kind in the backups' journal."""
    entries = backups.journal()
    found = [("backup", backups.last(*backups.BACKUPS, entries=entries)), ("wal", backups.last("wal", entries=entries)),
             ("verify", backups.last("verify", entries=entries))]  # fmt: skip
    return [((kind,), max(entry.age.total_seconds(), 0.0)) for kind, entry in found if entry]


def backup_failed() -> Iterable[Reading]:
    """1 where the newest line of a kind says that it failed."""
    entries = backups.journal()
    kinds = (("backup", backups.BACKUPS), ("wal", ("wal",)), ("verify", ("verify",)))
    found = [(name, backups.last(*which, ok=None, entries=entries)) for name, which in kinds]
    return [((name,), float(not entry.ok)) for name, entry in found if entry]


def disks() -> list[tuple[str, Path]]:
    """The folders whose disks matter, those that are there."""
    named = [("data", Path(settings.DATA)), ("backups", backups.folder())]
    return [(name, path) for name, path in named if path and path.exists()]


def disk_free() -> Iterable[Reading]:
    """Free bytes of each disk."""
    return [((name,), float(shutil.disk_usage(path).free)) for name, path in disks()]


def disk_size() -> Iterable[Reading]:
    """Bytes of each disk."""
    return [((name,), float(shutil.disk_usage(path).total)) for name, path in disks()]


def certificate_ends() -> datetime | None:
    """When the certificate named by LIANGLIN_CERTIFICATE runs out; None when none is named. OSError, ValueError."""
    named = getattr(settings, "CERTIFICATE", None)
    if not named:
        return None
    return x509.load_pem_x509_certificate(Path(named).read_bytes()).not_valid_after_utc


def certificate_left() -> Iterable[Reading]:
    """Seconds until the certificate of the site runs out; below zero afterwards."""
    ends = certificate_ends()
    return [((), (ends - errors.now()).total_seconds())] if ends else []


@cache
def _brought() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def pending() -> list[str]:
    """Migrations that this program brings and the database has not."""
    return sorted(f"{app}.{name}" for app, name in _brought() - jobs.applied())


def migrations_pending() -> Iterable[Reading]:
    """How many they are."""
    return [((), float(len(pending())))]
