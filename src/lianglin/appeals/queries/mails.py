"""Mails that wait for a person."""

from __future__ import annotations

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import MailDraft


def waiting(actor: Actor) -> QuerySet[MailDraft]:
    """The mails of the area that nobody has recorded or dropped yet. Page them by ("-id",)."""
    seen = MailDraft.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(state=MailDraft.State.WAITING)
