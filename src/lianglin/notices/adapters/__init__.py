"""Ways out of the house. In the demo there is none: its adapter keeps every message."""

from __future__ import annotations

from django.conf import settings

from lianglin.notices.adapters.base import Adapter
from lianglin.notices.adapters.demo import Demo
from lianglin.notices.adapters.email import Email
from lianglin.notices.adapters.sms import HttpSms
from lianglin.notices.adapters.webhook import Webhook
from lianglin.notices.models import Channel


def adapter_for(channel: str) -> Adapter | None:
    """The adapter of a channel as the settings configure it; None when messages of that kind cannot be sent."""
    if channel == Channel.WEBHOOK:
        return Webhook()
    if settings.DEMO:
        return Demo() if channel in (Channel.SMS, Channel.EMAIL) else None
    if channel == Channel.SMS and settings.SMS_URL:
        return HttpSms(settings.SMS_URL, settings.SMS_TOKEN)
    if channel == Channel.EMAIL and settings.EMAIL_HOST:
        return Email(settings.EMAIL_FROM)
    return None
