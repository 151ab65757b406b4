"""Mails to staff: that messages wait at their posts, never what they are about."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.kit import clock
from lianglin.kit import messages as port
from lianglin.notices.models import Channel, LastRead, Message, ReadMessage, StaffMail
from lianglin.notices.preferences import hours, queries

NOTICE = "notices.staff_mail"
UNREAD_FOR = timedelta(hours=1)
DIGEST_HOUR = 8
SINCE = timedelta(days=7)
Mode = StaffMail.Mode


def tell_staff(*, by: Actor) -> int:
    """Sends the mails that are due; how many. Runs again without telling anything twice."""
    by.require("system")
    rows = StaffMail.objects.visible_to(by, purpose=by.work_purpose).select_for_update(skip_locked=True)
    count = 0
    for row in rows.exclude(mode=Mode.NONE).filter(email__isnull=False).order_by("account_id"):
        count += _tell(row, clock.now(), by)
    return count


def _tell(row: StaffMail, now: datetime, by: Actor) -> int:
    if row.mode == Mode.DIGEST and not _digest_is_due(row, now):
        return 0
    if row.mode != Mode.URGENT and hours.is_quiet(now, queries.city_quiet()):
        return 0
    waiting = _waiting(row, now, by)
    if not waiting:
        return 0
    port.send(
        port.Message(
            code=NOTICE, channel="email", scope_code="", address=str(row.email), urgent=True,
            context={"count": len(waiting), "link": reverse("notices:inbox")}, once=f"{NOTICE}:{row.pk}:{waiting[-1]}",
        )
    )  # fmt: skip
    row.told_until, row.told_at = waiting[-1], now
    row.save(update_fields=["told_until", "told_at"])
    return 1


def _digest_is_due(row: StaffMail, now: datetime) -> bool:
    local = clock.local(now)
    told = clock.local(row.told_at).date() if row.told_at else None
    return local.hour >= DIGEST_HOUR and told != local.date()


def _waiting(row: StaffMail, now: datetime, by: Actor) -> list[int]:
    """The unread messages that were not mailed yet, oldest first."""
    posts = list(Post.objects.in_force().filter(account_id=row.account_id).values_list("id", flat=True))
    read = dict(LastRead.objects.filter(post_id__in=posts).values_list("post_id", "read_at"))
    found: list[int] = []
    for post_id in posts:
        rows = Message.objects.visible_to(by, purpose=by.work_purpose).filter(
            channel=Channel.IN_APP,
            post_id=post_id,
            id__gt=row.told_until,
            created_at__gt=max(read.get(post_id, now - SINCE), now - SINCE),
        )
        rows = rows.exclude(pk__in=ReadMessage.objects.filter(post_id=post_id).values("message_id"))
        if row.mode == Mode.URGENT:
            rows = rows.filter(urgent=True)
        if row.mode == Mode.AWAY:
            rows = rows.filter(created_at__lte=now - UNREAD_FOR)
        found += rows.values_list("id", flat=True)[:100]
    return sorted(found)
