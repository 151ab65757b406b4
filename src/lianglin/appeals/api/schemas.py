"""What goes in and out of the API of appeals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime

from lianglin.access.api import STORABLE
from lianglin.appeals import rules
from lianglin.appeals.rules import grading

STATES = tuple(state.code for state in rules.LIFECYCLE.states)
State = Literal[STATES]  # pyright: ignore[reportInvalidTypeForm] - one list of states, in rules
Result = Literal[("", *(code for code, _label in grading.RESULTS))]  # pyright: ignore[reportInvalidTypeForm]
Number = Annotated[str, Field(pattern=r"^[A-Z]{1,2}\d{12}$")]


class ItemOut(Schema):
    code: str
    name: str
    name_en: str
    limit_days: int
    urgent_hours: int | None


class CategoryOut(Schema):
    code: str
    name: str
    name_en: str
    items: list[ItemOut]


class FieldOut(Schema):
    code: str
    name: str
    name_en: str
    categories: list[CategoryOut]


class CaseOut(Schema):
    """One case as lists show it."""

    number: str
    title: str
    state: str
    state_label: str
    outcome: str
    urgent: bool
    scope_code: str
    place: str
    opened_at: datetime
    due_at: datetime | None
    due_provisional: bool
    overdue: bool
    version: int


class StepOut(Schema):
    at: datetime
    move: str
    to_state: str
    note: str
    organisation: str


class DetailOut(CaseOut):
    text: str
    item: str
    item_label: str
    channel: str
    owner: str
    settled_at: datetime | None
    closed_at: datetime | None
    moves: list[str]
    steps: list[StepOut]


class PageOut(Schema):
    rows: list[CaseOut]
    newer: str
    older: str


class Person(Schema):
    """Somebody who speaks for a group."""

    name: str = Field(min_length=1, max_length=60, pattern=STORABLE)
    phone: str = Field("", max_length=20)


class Report(Schema):
    """What is reported. ``community`` (12 digits) or ``building`` (id) says where."""

    text: str = Field(min_length=5, max_length=4000, pattern=STORABLE)
    title: str = Field("", max_length=80, pattern=STORABLE)
    item: str = Field("", max_length=6, description="code of the catalogue's item")
    community: str = Field("", max_length=12)
    building: int | None = Field(None, ge=1, le=2**62)
    place_text: str = Field("", max_length=160, pattern=STORABLE)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    name: str = Field("", max_length=60, pattern=STORABLE)
    phone: str = Field("", max_length=20)
    entity: bool = False
    entity_name: str = Field(
        "", max_length=80, pattern=STORABLE, description="name of the business (经营主体)"
    )
    uscc: str = Field("", max_length=18, description="unified social credit code of the business")
    headcount: int | None = Field(None, ge=2, le=30_000, description="how many people report it together")
    representatives: list[Person] = Field([], max_length=5, description="who speaks for them")
    answers: dict[
        Annotated[str, Field(max_length=20, pattern=STORABLE)],
        Annotated[str, Field(max_length=200, pattern=STORABLE)],
    ] = Field({}, max_length=12, description="question code -> answer, to the extra questions of the item")
    channel: Literal["web", "phone", "desk", "saturday", "visit", "meeting", "paper", "email", "api"] = Field(
        "api", description="how staff heard of it; what the public sends counts as api"
    )


class Receipt(Schema):
    number: str
    secret: str
    state: str
    due_at: datetime | None
    due_provisional: bool
    call_now: list[str] = []
    """Of 110, 119, 120: what the text says cannot wait for this platform."""


class Claim(Schema):
    number: str = Field(max_length=40)
    secret: str = Field(max_length=40)


class MoveIn(Schema):
    """Fields of a move; each move takes its own (see the lifecycle in the reference)."""

    seen_version: int | None = Field(None, ge=0, le=2**31 - 1)
    note: str = Field("", max_length=4000, pattern=STORABLE)
    item: str | None = None
    unit: str | None = Field(None, pattern=STORABLE, description="code of the organisation")
    outcome: str | None = None
    ground: str | None = None
    to: str | None = Field(None, max_length=80, pattern=STORABLE)
    parent: str | None = Field(None, description="number of the earlier appeal")
    reached: bool | None = None
    solved: str | None = None
    grade: int | None = Field(None, ge=1, le=5)
    result: Result = Field("", description="how a call came out that reached nobody")  # pyright: ignore[reportInvalidTypeForm]
    next_at: AwareDatetime | None = Field(
        None, description="the next call agreed for, within 14 days; with its offset"
    )
    reasons: list[Annotated[str, Field(max_length=20, pattern=STORABLE)]] = Field(
        [], max_length=12, description="codes of reasons that go with the grade"
    )


class Filters(Schema):
    state: State | None = None  # pyright: ignore[reportInvalidTypeForm]
    overdue: bool | None = None
    cursor: str = Field("", max_length=300)
