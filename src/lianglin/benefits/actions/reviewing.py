"""A count of what a version would change is asked for, and made in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.models import MeasureVersion, VersionCount
from lianglin.benefits.queries import reviewing
from lianglin.benefits.rules.life import READ, SYSTEM
from lianglin.engines.eligibility.package import BadRules
from lianglin.kit import clock
from lianglin.kit.errors import Conflict

TASK = "benefits_version_count"
AGAIN = timedelta(minutes=10)
"""A count that was asked for so long ago and never came is asked for anew."""
State = VersionCount.State


def ask(version_id: int, *, by: Actor) -> VersionCount:
    """Has a version counted against the one in force; nothing new while a count of the same text runs."""
    by.require(READ)
    with together():
        version = MeasureVersion.objects.filter(pk=version_id).first()
        if version is None:
            raise Conflict(_("This version is not here any more."))
        found, now = VersionCount.objects.filter(version=version).first(), clock.now()
        runs = found is not None and found.state == State.ASKED and found.asked_at > now - AGAIN
        if found is not None and runs and found.digest == version.digest:
            return found
        made, _new = VersionCount.objects.update_or_create(
            version=version,
            defaults={"digest": version.digest, "state": State.ASKED, "asked_at": now, "counted_at": None},
        )
        app.configure_task(TASK, queue="events").defer(version_id=version_id)
    return made


def count(version_id: int, *, by: Actor) -> VersionCount | None:
    """Counts and keeps the sums; None where the version is gone. A text that cannot be read fails, and says so."""
    by.require(SYSTEM)
    version = MeasureVersion.objects.select_related("measure").filter(pk=version_id).first()
    asked = VersionCount.objects.filter(version_id=version_id).first()
    if version is None or asked is None:
        return None
    try:
        made = reviewing.counted(version, by=by, on=max(version.valid_from, clock.today()))
    except BadRules:
        made = VersionCount(version=version, digest=version.digest, state=State.FAILED)
    made.asked_at, made.counted_at = asked.asked_at, clock.now()
    made.save(force_update=True)
    return made
