"""The message port: what a domain may ask to be told to somebody. Implemented by the notices package."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lianglin.kit.guards import Text

Channel = Literal["sms", "email", "in_app", "paper", "webhook"]


@dataclass(frozen=True)
class Message:
    """One message to one recipient.

    ``code`` is a Notice declared in a manifest; ``context`` fills its placeholders (no names, no phone).
    ``address`` is the phone or e-mail in clear (encrypted at rest); ``post_id`` addresses a post in-app.
    "paper" needs no address, but a case: the notice is printed and handed over by the community of ``scope_code``.
    "webhook": ``address`` is the key of a registered endpoint (notices.webhooks), whose program gets the text.
    ``once`` makes the message idempotent: a second one with the same key is dropped. ``resident_id``: whose wishes on
    how to be told count, where that person is known; ``urgent``: goes at once, whatever the hour.
    ``paper_link``: the page that stands on paper instead, where ``context["link"]`` opens by itself what is the
    recipient's alone.
    """

    code: str
    channel: Channel
    scope_code: str
    context: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    post_id: int | None = None
    case_id: int | None = None
    language: str = "zh-hans"
    once: str = ""
    resident_id: int | None = None
    urgent: bool = False
    paper_link: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of a message so far, in words; ``why`` and ``do`` where it did not arrive."""

    label: Text
    tone: str
    why: Text = ""
    do: Text = ""


Fates = Callable[[Collection[str]], Mapping[str, Fate]]
_port: Callable[[Message], None] | None = None
_fates: Fates | None = None


def connect(port: Callable[[Message], None], fates: Fates | None = None) -> None:
    """Plugs the implementation in (called once, when the apps are ready)."""
    global _port, _fates
    _port, _fates = port, fates


def connected() -> bool:
    """Whether there is an implementation: what must not happen untold asks before it acts."""
    return _port is not None


def fates(keys: Collection[str]) -> Mapping[str, Fate]:
    """What became of messages, by the ``once`` they were sent under; one not tried yet, or long forgotten, is left out.

    It says nothing of whom they went to: whoever asks knows it, having sent them.
    """
    return _fates(keys) if _fates is not None and keys else {}


def send(message: Message) -> None:
    """Puts a message into the outbox in the running transaction; silently nothing without an implementation."""
    if _port is not None:
        _port(message)
