"""How each part of the house stands, in words, with what to do. A part that cannot be read says so and hides no other."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP
from lianglin.access.models import AuditCheck, AuditSeal
from lianglin.access.transaction import counting
from lianglin.kit import clock, mishaps
from lianglin.kit.crypto import keys_of, newest_key
from lianglin.kit.grounds import GROUNDS
from lianglin.notices.models import Message
from lianglin.operation import rules
from lianglin.operation.queries import backups, errors, jobs, labels, runs, signs
from lianglin.operation.queries.words import ago, size

log = logging.getLogger("lianglin.operation")


@dataclass(frozen=True)
class Part:
    """One part: its state (good, warn, bad, unknown, plain), what is so, and what to do when it is not good.

    ``section``: of the handbook.
    """

    code: str
    label: str
    state: str
    said: list[str]
    todo: str = ""
    section: str = ""


@contextmanager
def apart() -> Iterator[None]:
    """Reads as the background role; an error undoes the block alone, and with it the role."""
    with transaction.atomic(), counting("", TOP):
        yield


def parts() -> list[Part]:
    """Every part in the order in which an operator asks."""
    return [_looked_at(code, read) for code, read in PARTS.items()]


def _looked_at(code: str, read: Callable[[], Part]) -> Part:
    try:
        with apart():
            return read()
    except (DatabaseError, OSError, ValueError, LookupError, TypeError) as error:
        log.warning("a part cannot be read", extra={"data": {"part": code, "error": type(error).__name__}})
        return Part(
            code, str(part_names()[code]), "unknown", [_("This part cannot be read now (%(why)s).") % {"why": type(error).__name__}],
            _("Look at the log of the web process, and try “lianglin check” on the machine."), code,
        )  # fmt: skip


def part_names() -> dict[str, str]:
    """Code -> what the part is called."""
    return {
        "version": _("Version and migrations"),
        "workers": _("Worker processes"),
        "queues": _("Job queues"),
        "nightly": _("Nightly runs"),
        "messages": _("Messages that wait"),
        "database": _("Database"),
        "backups": _("Backups"),
        "verify": _("Backups tried out"),
        "seals": _("Seals of the audit"),
        "keys": _("Keys"),
        "certificate": _("Certificate"),
        "disk": _("Disks"),
    }


def _part(code: str, state: str, said: list[str], todo: str = "") -> Part:
    """The handbook names keys otherwise: "keys" is the id of the help for the keyboard on every page of the desk."""
    section = "key_ring" if code == "keys" else code
    return Part(
        code, part_names()[code], state, said, todo if state in ("warn", "bad", "unknown") else "", section
    )


def version() -> Part:
    """The program, the database server, and migrations that wait."""
    waiting = signs.pending()
    said = [
        _("Lianglin %(version)s on PostgreSQL %(server)s")
        % {"version": mishaps.release(), "server": jobs.server().get("version", "")}
    ]
    if waiting:
        said.append(
            _("Migrations that wait: %(count)s (%(names)s)")
            % {"count": len(waiting), "names": ", ".join(waiting[:5])}
        )
    else:
        said.append(_("All migrations are applied."))
    return _part(
        "version", "bad" if waiting else "good", said, _("Run “lianglin migrate” as the upgrade how-to says.")
    )


def workers() -> Part:
    """Worker processes and when they were heard of last."""
    alive = [worker for worker in jobs.workers() if worker.alive]
    gone = len(jobs.workers()) - len(alive)
    said = [_("%(count)s at work") % {"count": len(alive)}]
    if gone:
        said.append(_("without a sign for over a minute: %(count)s") % {"count": gone})
    stalled = jobs.stalled()
    if stalled:
        said.append(
            _("Jobs that hang on a worker that is gone: %(count)s. They are put back every minute.")
            % {"count": stalled}
        )
    state = "bad" if not alive else "warn" if stalled else "good"
    return _part("workers", state, said, _("Start the worker (“lianglin worker”) or look into its log."))


def queues() -> Part:
    """Each queue: how many wait, and how long the oldest that is due."""
    found = jobs.queues()
    waiting = [queue for queue in found if queue.state == "todo"]
    failed = sum(queue.jobs for queue in found if queue.state == "failed")
    said = [
        _("%(queue)s: %(count)s wait, the oldest for %(time)s")
        % {"queue": labels.queue(q.queue), "count": q.jobs, "time": ago(q.seconds)}
        for q in waiting
    ] or [_("Nothing waits.")]
    if failed:
        said.append(_("Jobs given up: %(count)s") % {"count": failed})
    states = [rules.queue_state(queue.seconds) for queue in waiting] + (["warn"] if failed else ["good"])
    todo = _(
        "When a queue grows, start another worker. Look at the jobs that were given up and run them again."
    )
    return _part("queues", rules.worst(states), said, todo)


def nightly() -> Part:
    """The newest run of each nightly task."""
    found = runs.last_runs()
    if not found:
        return _part("nightly", "plain", [_("No nightly run has been noted yet.")])
    words = {"done": _("done"), "running": _("running"), "failed": _("failed")}
    said = [
        _("%(name)s: %(state)s, %(time)s ago")
        % {
            "name": labels.work(run.name),
            "state": words.get(run.state, run.state) + (f" ({run.error})" if run.error else ""),
            "time": ago((errors.now() - (run.ended_at or run.started_at)).total_seconds()),
        }
        for run in found
    ]
    states = ["bad" if run.state == "failed" else "good" for run in found]
    return _part(
        "nightly",
        rules.worst(states),
        said,
        _("Read why in the log; the next night goes on where it stopped."),
    )


def messages() -> Part:
    """Messages by channel that wait or were given up."""
    counted = {labels: int(number) for labels, number in signs.messages()}
    channels = dict(Message._meta.get_field("channel").flatchoices)
    said = [
        (
            _("%(channel)s: %(count)s wait")
            if state == "queued"
            else _("%(channel)s: %(count)s given up within a day")
        )
        % {"channel": channels.get(channel, channel), "count": count}
        for (channel, state), count in sorted(counted.items())
    ] or [_("Nothing waits.")]
    state = "warn" if any(state == "failed" for _channel, state in counted) else "good"
    return _part(
        "messages",
        state,
        said,
        _("Check the gateway and the mail server; what waits is tried again by itself."),
    )


def database() -> Part:
    """Connections, waits, replicas."""
    found = jobs.server()
    used, most = int(found["connections"]), int(found["most"])
    said = [
        _("%(used)s of %(most)s connections, %(size)s")
        % {"used": used, "most": most, "size": size(float(found["bytes"]))}
    ]
    if found["waiting"]:
        said.append(_("Sessions that wait for a lock: %(count)s") % {"count": found["waiting"]})
    states = ["warn" if used > rules.CONNECTIONS_HIGH * most else "good"]
    for one in found["replicas"]:
        behind = float(one["seconds"] or 0)
        said.append(_("replica %(name)s is %(time)s behind") % {"name": one["name"], "time": ago(behind)})
        states.append("warn" if behind > rules.REPLICA_LATE else "good")
    return _part("database", rules.worst(states), said, _("Look for long transactions; see the handbook."))


def backup() -> Part:
    """The last backup."""
    entries = backups.journal()
    if backups.folder() is None:
        return _part(
            "backups", "plain" if settings.DEMO else "bad", [_("No folder for backups is set (LIANGLIN_BACKUPS).")],
            _("Set LIANGLIN_BACKUPS and run “lianglin backup create” every night."),
        )  # fmt: skip
    good = backups.last(*backups.BACKUPS, entries=entries)
    newest = backups.last(*backups.BACKUPS, ok=None, entries=entries)
    if good is None:
        said, state = [_("There is no good backup yet.")], "bad"
    else:
        hours = good.age.total_seconds() / 3600
        said = [
            _("the last one %(time)s ago, %(size)s")
            % {"time": ago(good.age.total_seconds()), "size": size(float(good.bytes))}
        ]
        state = "bad" if hours > rules.BACKUP_HOURS else "good"
    if newest is not None and not newest.ok:
        said.append(_("The newest one failed: %(why)s") % {"why": newest.why})
        state = "bad"
    logs, archiving = _archive(entries)
    if state == "good" and archiving != "good":
        return _part(
            "backups", archiving, [*said, *logs],
            _("Run “lianglin backup archive-wal” by hand, read what it says, and see that it runs every minute."),
        )  # fmt: skip
    return _part(
        "backups",
        rules.worst([state, archiving]),
        [*said, *logs],
        _("Run “lianglin backup create” by hand and read what it says."),
    )


def _archive(entries: list[backups.Entry]) -> tuple[list[str], str]:
    """The write-ahead log between two backups: when it was archived last, and how that stands."""
    good, newest = backups.last("wal", entries=entries), backups.last("wal", ok=None, entries=entries)
    if good is None:
        said, state = (
            [_("No log of changes has been archived: what came after the backup would be lost.")],
            "warn",
        )
    else:
        seconds = good.age.total_seconds()
        said = [_("log of changes archived %(time)s ago") % {"time": ago(seconds)}]
        state = "bad" if seconds > rules.ARCHIVE_LATE else "good"
    if newest is not None and not newest.ok:
        said.append(_("The log of changes was not archived: %(why)s") % {"why": newest.why})
        state = "bad"
    return said, state


def verify() -> Part:
    """The last time a backup was restored elsewhere and compared."""
    if backups.folder() is None:
        return _part("verify", "plain", [_("No folder for backups is set (LIANGLIN_BACKUPS).")])
    newest = backups.last("verify", ok=None)
    if newest is None:
        return _part(
            "verify",
            "warn",
            [_("No backup has been tried out yet.")],
            _("Run “lianglin backup verify” after each backup."),
        )
    said = [_("tried out %(time)s ago") % {"time": ago(newest.age.total_seconds())}]
    late = newest.age.days >= rules.VERIFY_DAYS
    if not newest.ok:
        said.append(_("It did not fit: %(why)s") % {"why": newest.why})
    state = "bad" if not newest.ok else "warn" if late else "good"
    return _part("verify", state, said, _("Run “lianglin backup verify” and keep the last backup that fits."))


def seals() -> Part:
    """The last seal, and the last verification of the audit."""
    seal = AuditSeal.objects.order_by("-id").first()
    check = AuditCheck.objects.order_by("-id").first()
    if seal is None:
        return _part(
            "seals",
            "warn",
            [_("The audit has not been sealed yet.")],
            _("A worker seals it every ten minutes."),
        )
    age = max((clock.now() - seal.at).total_seconds(), 0.0)
    said = [_("sealed %(time)s ago") % {"time": ago(age)}]
    if seal.signature is None:
        said.append(_("The seal is not signed: there is no signing key."))
    if check is not None:
        said.append(
            _("verified %(time)s ago")
            % {"time": ago(max((clock.now() - check.ended_at).total_seconds(), 0.0))}
        )
    wrong = check is not None and check.findings > 0
    if wrong and check is not None:
        said.append(_("Places that do not fit: %(count)s") % {"count": check.findings})
    state = "bad" if wrong else "warn" if seal.signature is None or age > 24 * rules.SEAL_LATE else "good"
    return _part("seals", state, said, _("Tell the auditor; change nothing in the database."))


def keys() -> Part:
    """Which key encrypts in each ring."""
    words = {"": _("personal data"), "health": _("health data")}
    said = [
        _("%(ring)s: key %(number)s encrypts, %(count)s in the ring")
        % {"ring": words.get(ground, ground), "number": newest_key(ground), "count": len(keys_of(ground))}
        for ground in ("", *GROUNDS)
        if keys_of(ground)
    ]
    return _part("keys", "good", said)


def certificate() -> Part:
    """When the site's certificate runs out."""
    ends = signs.certificate_ends()
    if ends is None:
        return _part("certificate", "plain", [_("Not watched: name its file in LIANGLIN_CERTIFICATE.")])
    days = (ends - errors.now()).days
    said = [_("runs out in %(days)s days") % {"days": days} if days >= 0 else _("has run out")]
    state = "bad" if days < 7 else "warn" if days < rules.CERTIFICATE_DAYS else "good"
    return _part("certificate", state, said, _("Renew the certificate and reload the proxy."))


def disk() -> Part:
    """Free room of the disks that matter."""
    words = {"data": _("data folder"), "backups": _("backups")}
    said, states = [], []
    for name, path in signs.disks():
        used = shutil.disk_usage(path)
        share = used.free / used.total
        said.append(
            _("%(folder)s: %(free)s free (%(share)s%%)")
            % {"folder": words[name], "free": size(float(used.free)), "share": round(100 * share)}
        )
        states.append(rules.disk_state(share))
    home = backups.folder()
    if home and not home.exists():
        said.append(_("The folder of the backups is missing: %(path)s") % {"path": home})
        return _part(
            "disk", "bad", said, _("Mount the disk of the backups, or make the folder; see LIANGLIN_BACKUPS.")
        )
    return _part(
        "disk", rules.worst(states), said, _("Make room: delete old backups and logs, or give a larger disk.")
    )


PARTS: dict[str, Callable[[], Part]] = {
    "version": version,
    "workers": workers,
    "queues": queues,
    "nightly": nightly,
    "messages": messages,
    "database": database,
    "backups": backup,
    "verify": verify,
    "seals": seals,
    "keys": keys,
    "certificate": certificate,
    "disk": disk,
}
