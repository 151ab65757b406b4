"""Reads over wishes: the one that counts, what was wished before, who stopped what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.kit.clock import CITY_ZONE
from lianglin.notices.models import MatterPreference, Message, Preference, Stopped
from lianglin.notices.preferences.hours import Quiet
from lianglin.notices.preferences.models import Wish
from lianglin.notices.preferences.stopping import named
from lianglin.people.queries.guardians import purpose_of


def city_quiet() -> Quiet:
    """The city's quiet hours (LIANGLIN_QUIET_HOURS)."""
    return settings.QUIET_HOURS


def quiet_of(wish: Wish | None) -> Quiet:
    """The person's own quiet hours, else the city's."""
    if wish is not None and wish.quiet_from is not None and wish.quiet_until is not None:
        return wish.quiet_from, wish.quiet_until
    return city_quiet()


def of_person(resident_id: int, actor: Actor) -> QuerySet[Preference]:
    """All a person wished, the newest (which counts) first."""
    seen = Preference.objects.visible_to(actor, purpose=purpose_of(actor))
    return seen.filter(resident_id=resident_id).order_by("-id")


def of_matter(case_id: int, actor: Actor) -> QuerySet[MatterPreference]:
    """All that was wished for one matter, the newest first."""
    seen = MatterPreference.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(case_id=case_id).order_by("-id")


def for_message(message: Message, actor: Actor) -> Wish | None:
    """The wish that counts for a message: of the matter alone, else of the person."""
    found: Wish | None = None
    if message.case_id is not None:
        found = of_matter(message.case_id, actor).first()
    if found is None and message.resident_id is not None:
        found = of_person(message.resident_id, actor).first()
    return found


def has_stopped(address_match: bytes | None, actor: Actor) -> bool:
    """Whether this address wants nothing voluntary."""
    if address_match is None:
        return False
    rows = Stopped.objects.visible_to(actor, purpose=actor.work_purpose)
    return rows.filter(address_match=named(bytes(address_match))).exists()


def sent_today(message: Message, now: datetime, actor: Actor) -> int:
    """How many messages that were not urgent went to this address today; 0 for one that is not known any more."""
    if message.address_match is None:
        return 0
    midnight = now.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Message.objects.visible_to(actor, purpose=actor.work_purpose)
    return rows.filter(
        address_match=message.address_match, state=Message.State.SENT, urgent=False, sent_at__gte=midnight
    ).count()


def later_of_matter(message: Message, codes: Sequence[str], actor: Actor) -> int | None:
    """A later message about the same matter to the same address, of these kinds: it says what counts now."""
    if message.case_id is None or message.address_match is None:
        return None
    rows = Message.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        case_id=message.case_id,
        address_match=message.address_match,
        id__gt=message.pk,
        code__in=codes,
        state__in=[Message.State.QUEUED, Message.State.SENT],
    )
    return rows.order_by("-id").values_list("id", flat=True).first()


def held_for_many(message: Message, until: datetime, actor: Actor) -> list[Message]:
    """The other messages to the same address that wait untried for the same morning, oldest first, locked."""
    if message.address_match is None:
        return []
    rows = Message.objects.visible_to(actor, purpose=actor.work_purpose).select_for_update(skip_locked=True)
    return list(
        rows.filter(
            address_match=message.address_match,
            state=Message.State.QUEUED,
            waits=Message.Waits.MANY,
            tries=0,
            next_try_at__lte=until,
        )
        .exclude(pk=message.pk)
        .order_by("id")
    )
