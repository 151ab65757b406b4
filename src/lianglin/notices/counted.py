"""Counts the figures that figures.py declares, from their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count, F, Q

from lianglin.access import tally
from lianglin.access.actor import job
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period
from lianglin.notices.figures import ARRIVED, WRITTEN
from lianglin.notices.models import Channel, Message

State = Message.State


def channels(codes: Collection[str]) -> dict[str, object]:
    """The channels in their order."""
    return dict(Channel.choices)


def outcomes(codes: Collection[str]) -> dict[str, object]:
    """What can become of a message."""
    return dict(State.choices)


def counts(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """Both figures from the messages written in the span."""
    base = Message.objects.visible_to(job(), purpose="system").filter(
        tally.inside(prefix), tally.within(span, "created_at")
    )
    measures = {
        "n": Count("pk"),
        "sent": Count("pk", filter=Q(state=State.SENT)),
        "over": Count("pk", filter=~Q(state=State.QUEUED)),
    }
    ways = {"channel": F("channel"), "outcome": F("state")}
    for part, row in tally.parts(base, measures, dimension, width, ways):
        if WRITTEN in codes:
            yield Counted(WRITTEN, part, row["n"])
        if ARRIVED in codes:
            yield Counted(ARRIVED, part, row["sent"], row["over"])
