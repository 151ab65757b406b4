"""Reads over deliveries: those of a case, what did not arrive, letters, and counts without anybody's address."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import TruncDate

from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.notices.models import Channel, Delivery, Letter, Message, Recipient

OPEN = (Delivery.State.FAILED, Delivery.State.REFUSED)
UNPRINTED = (Delivery.State.TO_PRINT, Delivery.State.PRINTED)


def visible(actor: Actor) -> QuerySet[Delivery]:
    """The deliveries that this actor may read."""
    return Delivery.objects.visible_to(actor, purpose=actor.work_purpose)


def of_case(case_id: int, actor: Actor, most: int = 30) -> list[Delivery]:
    """What was sent about a case, the newest first."""
    return list(visible(actor).filter(case_id=case_id).order_by("-id")[:most])


def masked(rows: Iterable[Delivery], actor: Actor) -> dict[int, str]:
    """To whom, masked, by delivery: for staff of the place alone; for everybody else nothing is read."""
    if actor.role != "staff":
        return {}
    seen = Recipient.objects.visible_to(actor, purpose=actor.work_purpose)
    return dict(seen.filter(pk__in=[row.pk for row in rows]).values_list("delivery_id", "masked"))


def undelivered(actor: Actor, channel: str = "") -> QuerySet[Delivery]:
    """What did not arrive and nobody has seen to. Page it by ("-id")."""
    found = visible(actor).filter(state__in=OPEN, answer="")
    return found.filter(channel=channel) if channel in Channel.values else found


def kept(rows: Iterable[Delivery]) -> dict[Any, bool]:
    """The keys of those messages whose words are still there, and whether it can be sent again, its address being there, too.

    Read as the background; nothing of them is shown.
    """
    keys = [row.key for row in rows if row.state in OPEN]
    if not keys:
        return {}
    again = ExpressionWrapper(
        Q(state=Message.State.FAILED, address__isnull=False), output_field=BooleanField()
    )
    with acting(job()):
        found = Message.objects.visible_to(job(), purpose="system").filter(key__in=keys)
        return dict(found.annotate(again=again).values_list("key", "again"))


def by_once(keys: Collection[str]) -> dict[str, Delivery]:
    """The deliveries of messages by the key they are sent only once under. Read as the background: no address is in them."""
    with acting(job()):
        seen = Message.objects.visible_to(job(), purpose="system").filter(once__in=keys)
        once = {key: str(name) for key, name in seen.values_list("key", "once")}
        rows = Delivery.objects.visible_to(job(), purpose="system").filter(key__in=once)
        return {once[row.key]: row for row in rows}


def letters(actor: Actor) -> QuerySet[Letter]:
    """The printed notices of the actor's place that nobody has handed over. Page them by ("-pk")."""
    seen = Letter.objects.visible_to(actor, purpose=actor.work_purpose).select_related("delivery")
    return seen.filter(delivery__state__in=UNPRINTED)


class Day(NamedTuple):
    """How many messages of one channel came to which state on one day."""

    day: Any
    channel: str
    counts: dict[str, int]


def by_day(days: int = 14) -> list[Day]:
    """Messages by day and channel, the newest first: counts alone, read as the background, no address and no place."""
    since = clock.now() - timedelta(days=days)
    zone = clock.CITY_ZONE
    with acting(job()):
        rows = (
            Delivery.objects.visible_to(job(), purpose="system")
            .filter(created_at__gte=since)
            .annotate(day=TruncDate("created_at", tzinfo=zone))
            .values("day", "channel", "state")
            .annotate(n=Count("pk"))
        )
        found: dict[tuple[Any, str], dict[str, int]] = {}
        for row in rows.order_by():
            found.setdefault((row["day"], row["channel"]), {})[row["state"]] = row["n"]
    return [
        Day(day, channel, counts)
        for (day, channel), counts in sorted(
            found.items(), key=lambda item: (item[0][0], item[0][1]), reverse=True
        )
    ]


def reasons(days: int = 14) -> list[tuple[str, str, int]]:
    """(channel, code, how many) of what did not arrive, the most frequent first."""
    since = clock.now() - timedelta(days=days)
    with acting(job()):
        rows = (
            Delivery.objects.visible_to(job(), purpose="system")
            .filter(created_at__gte=since, state__in=OPEN)
            .values_list("channel", "error")
            .annotate(n=Count("pk"))
            .order_by("-n", "channel", "error")
        )
        return list(rows[:50])
