"""A message to the program of another office: laid into the queue of its endpoint, which has a way of its own.

``Outgoing.address`` is the endpoint's key. "Sent" means that the call lies in that queue; whether it was taken over
stands with the endpoint's calls.
"""

from __future__ import annotations

from lianglin.notices.adapters.base import Outgoing, Undeliverable
from lianglin.notices.webhooks import queueing


class Webhook:
    """Queues one call."""

    at_home = True

    def deliver(self, message: Outgoing) -> None:
        """Queues the call; Undeliverable when the endpoint is not called (any more)."""
        if not queueing.notice(
            message.address,
            key=message.key,
            title=message.title,
            text=message.text,
            language=message.language,
        ):
            raise Undeliverable("no_endpoint")
