"""What an adapter is: one function that hands a message to the outside world, or says why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message on its way. Neither address nor text shows in a log or a traceback.

    ``key`` is the same on every try: what the other side has seen under it, it has already sent.
    """

    key: str
    channel: str
    address: str = field(repr=False)
    title: str
    text: str = field(repr=False)
    language: str
    stop_url: str = field(default="", repr=False)
    """Where a POST stops such messages (RFC 8058); "" for what is not voluntary."""


class NotDelivered(Exception):
    """The message was not taken over. ``code`` is short and holds nothing personal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Undeliverable(NotDelivered):
    """It will never be delivered this way."""


class Unreachable(NotDelivered):
    """Not now; later perhaps."""


class Adapter(Protocol):
    """Sends messages of one channel. ``at_home``: it writes into the house's own database and waits for nobody."""

    at_home: bool

    def deliver(self, message: Outgoing) -> None:
        """Returns when the message was taken over; raises Undeliverable (never) or Unreachable (later)."""
        ...
