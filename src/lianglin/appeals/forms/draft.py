"""A report that is being written, question by question; it rests encrypted in the session until it is sent."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.questions import questions_of
from lianglin.kit.crypto import decrypt, encrypt
from lianglin.places.search import Spot, resolve

DRAFT, SLIP, TYPED = "report", "report_slip", "report_typed"
UNKNOWN = "-"
"""The answer "I don't know" to the question what it is."""
STEPS = ("what", "where", "tell", "photo", "reach", "check")


@dataclass
class Draft:
    """The answers so far. ``key`` makes the sending idempotent and holds the parked pictures."""

    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    item: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    place_text: str = ""
    text: str = ""
    reach: str = ""
    name: str = ""
    phone: str = ""
    entity: bool = False
    confidential: bool = True
    entity_name: str = ""
    uscc: str = ""
    headcount: int | None = None
    representatives: list[list[str]] = field(default_factory=list)
    """(name, phone) of who speaks for several people."""
    answers: dict[str, str] = field(default_factory=dict)
    """Question code -> answer, to the extra questions of the item."""
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    """By question, what was typed but cannot be taken yet: left half done by who continues later."""
    turns: dict[str, int] = field(default_factory=dict)
    """How often each long question was answered (public/typing.py)."""
    offered: list[int] = field(default_factory=list)
    """Open matters near by that were shown, by case id, in the order of the page."""
    joins: int = 0
    """The one of them on which "me too" was pressed; 0 for none."""
    kept: bool = False
    """Whether the person asked to have it kept for days (public/later.py); every answer is then saved there, too."""

    def open_step(self) -> str:
        """The first question that still needs an answer; "check" when all have one."""
        answered = {
            "what": self.item,
            "where": self.place or self.lon,
            "tell": self.text and not self.unanswered(),
            "reach": self.reach,
        }
        return next((step for step, answer in answered.items() if not answer), "check")

    def unanswered(self) -> bool:
        """Whether a question that must be answered is not: after another item was chosen, too."""
        return any(one.required and not self.answers.get(one.code) for one in questions_of(self.found_item()))

    def fitting_answers(self) -> dict[str, str]:
        """The answers to questions that the chosen item asks."""
        asked = {one.code for one in questions_of(self.found_item())}
        return {code: value for code, value in self.answers.items() if code in asked}

    def next_step(self) -> str:
        """Where somebody goes on who stopped: at what they left half done, else at the first open question."""
        first = self.open_step()
        half = [step for step in STEPS[: STEPS.index(first)] if step in self.typed]
        return half[0] if half else first

    def found_item(self) -> Item | None:
        """The chosen item; None when the person did not know."""
        return catalogue.item_of(self.item)

    def spot(self) -> Spot | None:
        """The chosen place; None when it is not chosen, or gone."""
        return resolve(self.place, lon=self.lon, lat=self.lat) if self.place or self.lon is not None else None


_NAMES = {f.name for f in fields(Draft)}


def load(session: SessionBase) -> Draft:
    """The session's draft, or a new one."""
    return from_values(_open(session.get(DRAFT)) or {})


def begun(session: SessionBase) -> bool:
    """Whether there is a draft."""
    return DRAFT in session


def from_values(held: dict[str, Any]) -> Draft:
    """A draft from what was kept of it, by an older version of this program, too."""
    return Draft(**{name: value for name, value in held.items() if name in _NAMES})


def keep(session: SessionBase, draft: Draft) -> None:
    """Puts the draft into the session, encrypted."""
    session[DRAFT] = _seal(asdict(draft))


def drop(session: SessionBase) -> None:
    """Forgets the draft (sent, or begun anew)."""
    session.pop(DRAFT, None)


def keep_slip(session: SessionBase, slip: dict[str, Any]) -> None:
    """Keeps what the receipt shows (number, secret, case) until the person leaves the page."""
    session[SLIP] = _seal(slip)


def slip(session: SessionBase) -> dict[str, Any] | None:
    """What the receipt shows, while it is there."""
    return _open(session.get(SLIP))


def drop_slip(session: SessionBase) -> None:
    """Forgets the receipt: from now on only the paper knows the secret."""
    session.pop(SLIP, None)


def keep_typed(session: SessionBase, *, page: str, note: str) -> None:
    """Keeps what was typed into a form whose half hour had run out, with the form's URL name."""
    session[TYPED] = _seal({"page": page, "note": note})


def typed(session: SessionBase) -> dict[str, Any] | None:
    """What was kept so: ``page`` and ``note``."""
    return _open(session.get(TYPED))


def drop_typed(session: SessionBase) -> None:
    """Forgets it (sent, or left)."""
    session.pop(TYPED, None)


def _seal(values: dict[str, Any]) -> str:
    return base64.b64encode(encrypt(json.dumps(values, ensure_ascii=False), "appeals.draft")).decode()


def _open(sealed: str | None) -> dict[str, Any] | None:
    if not sealed:
        return None
    try:
        return json.loads(decrypt(base64.b64decode(sealed), "appeals.draft"))
    except ValueError:
        return None  # a key that has left the ring: begin anew
