"""What changes: failures are kept, their kinds are judged, a failed job runs again, administrators are told."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance.queries import post_ids_of
from lianglin.access.transaction import together
from lianglin.kit import messages, mishaps
from lianglin.kit.errors import Conflict, Refused
from lianglin.operation import rules
from lianglin.operation.models import ErrorHour, ErrorKind, TrafficHour
from lianglin.operation.queries import errors, jobs, noting

TOLD = "operation.new_errors"
WATCHER = "administrator"
NOTE = 500


def keep(batch: mishaps.Batch) -> None:
    """Writes what a process counted, in one statement of a connection of its own: a failed transaction loses it not."""
    entries = [
        {
            "fingerprint": mark,
            "origin": seen.mishap.origin,
            "name": seen.mishap.name,
            "error": seen.mishap.error,
            "place": seen.mishap.place,
            "count": seen.count,
            "marks": seen.marks,
        }
        for mark, seen in batch.seen.items()
    ]
    noting.note(entries, batch.requests, mishaps.release())


def decide(*, pk: int, step: str, note: str, by: Actor) -> ErrorKind:
    """Takes note of a kind of error, calls it mended, or takes that back. Refused or Conflict where the state says no."""
    by.require("operation.act")
    chosen = rules.step(step)
    if chosen is None:
        raise Refused(_("Choose one of the listed answers."), field="step")
    with together():
        kind = errors.must_be(pk)
        if kind.state not in chosen.starts:
            raise Conflict(
                _("This kind of error is “%(state)s” by now. Look at it again.")
                % {"state": kind.get_state_display()}
            )
        kind.state, kind.note = chosen.to, note.strip()[:NOTE]
        kind.decided_at, kind.decided_by = errors.now(), by.post_id
        kind.save(update_fields=["state", "note", "decided_at", "decided_by"])
        audit.record(f"operation.error_{step}", "operation.ErrorKind", kind.pk, values={"note": kind.note})
    errors.forget_counts()
    return kind


def run_again(*, job_id: int, by: Actor) -> str:
    """Puts a failed job back into its queue and returns its task. Tasks may run twice: none does its work again.

    Conflict when it runs already, or another one of its kind waits.
    """
    by.require("operation.act")
    with together():
        task = jobs.run_again(job_id)
        if not task:
            raise Conflict(
                _(
                    "Job %(job)s is not among the failed ones any more, or another one of its kind waits already."
                )
                % {"job": job_id}
            )
        audit.record("operation.job_again", "procrastinate.job", job_id, values={"task": task})
    return task


def tell_new() -> int:
    """Tells the administrators of kinds that are new or came back, all of them in one message; how many. As job."""
    fresh = ErrorKind.objects.filter(told_at__isnull=True, state__in=errors.OPEN)
    ids = list(fresh.order_by("id").values_list("id", flat=True)[:500])
    if not ids:
        return 0
    link = reverse("operation:kind", args=ids) if len(ids) == 1 else reverse("operation:errors")
    for post_id in post_ids_of(WATCHER):
        messages.send(
            messages.Message(
                code=TOLD,
                channel="in_app",
                scope_code="",
                context={"count": len(ids), "link": link},
                post_id=post_id,
                once=f"errors:{ids[0]}-{ids[-1]}-{len(ids)}:{errors.now():%Y%m%d%H%M}:{post_id}",
            )
        )
    ErrorKind.objects.filter(pk__in=ids).update(told_at=errors.now())
    return len(ids)


def sweep(days: int = rules.KEPT_DAYS) -> int:
    """Deletes hours that are old, and kinds that came no more since; how many kinds. As job."""
    limit = errors.now() - timedelta(days=days)
    ErrorHour.objects.filter(hour__lt=limit).delete()
    TrafficHour.objects.filter(hour__lt=limit).delete()
    old = ErrorKind.objects.filter(last_seen_at__lt=limit)
    gone = old.count()
    old.delete()
    return gone
