"""The demo's phone: keeps each message, masked, where everybody can look at it."""

from __future__ import annotations

from lianglin.kit import clock
from lianglin.notices.adapters.base import Outgoing
from lianglin.notices.models import Channel, DemoMessage
from lianglin.people.rules import mask_phone


class Demo:
    """Sends nothing to anybody. In one transaction with the outbox, so each message is kept exactly once."""

    at_home = True

    def deliver(self, message: Outgoing) -> None:
        """Keeps the message."""
        DemoMessage.objects.get_or_create(
            key=message.key,
            defaults={
                "channel": message.channel,
                "recipient": masked(message),
                "title": message.title,
                "text": message.text,
                "at": clock.now(),
            },
        )


def masked(message: Outgoing) -> str:
    """Who got it, as far as everybody may see: 154****5678, w***@example.org."""
    if message.channel == Channel.EMAIL:
        name, _at, host = message.address.partition("@")
        return f"{name[:1]}***@{host}"[:60]
    return mask_phone(message.address)
