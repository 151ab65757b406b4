"""What goes in and out of the API of problem classes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from lianglin.access.api import STORABLE
from lianglin.appeals.api.schemas import CaseOut, Number
from lianglin.appeals.queries.problems import MOST_CASES
from lianglin.appeals.rules import problems

STATES = tuple(code for code, _label in problems.STATES)
State = Literal[STATES]  # pyright: ignore[reportInvalidTypeForm] - one list of states, in rules
Breadth = Literal[tuple(code for code, _label in problems.BREADTHS)]  # pyright: ignore[reportInvalidTypeForm]
Key = Annotated[int, Field(ge=1, le=2**62)]
Code = Annotated[str, Field(pattern=r"^\d{2,6}$")]
Area = Annotated[
    str, Field(pattern=r"^\d{4,12}$", description="code of the area: a community's, a street's, …")
]


class ProblemOut(Schema):
    """A class as its list shows it."""

    id: int
    title: str
    area: str
    breadth: str
    codes: list[str]
    first_day: date
    last_day: date
    state: str
    state_label: str
    owner: str
    promised_on: date | None
    cases: int
    rises: bool
    sample: bool


class CauseOut(Schema):
    kind: str
    text: str
    at: datetime


class MeasureOut(Schema):
    id: int
    kind: str
    title: str
    unit: str
    document_no: str
    effective_on: date | None
    project: int | None
    campaign: int | None


class EffectOut(Schema):
    """Counts of both seasons and what can be said of them; ``ratio`` after to before with its interval."""

    after_first: date
    after_last: date
    before_first: date
    before_last: date
    before: int
    after: int
    rest_before: int
    rest_after: int
    ratio: float | None
    low: float
    high: float | None
    verdict: str


class ProblemStepOut(Schema):
    at: datetime
    move: str
    to_state: str
    note: str
    organisation: str


class ProblemDetailOut(ProblemOut):
    origin: str
    confirmed_at: datetime | None
    closed_at: datetime | None
    closed_with: str
    told: bool
    causes: list[CauseOut]
    measures: list[MeasureOut]
    effects: list[EffectOut]
    steps: list[ProblemStepOut]
    moves: list[str]
    """Steps that this post can take now."""


class ProblemPageOut(Schema):
    rows: list[ProblemOut]
    newer: str
    older: str


class ProblemCasesOut(Schema):
    rows: list[CaseOut]
    newer: str
    older: str


class ProblemFilters(Schema):
    state: State | None = None  # pyright: ignore[reportInvalidTypeForm]
    field: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None
    place: Area | None = None
    cursor: str = Field("", max_length=300)


class CursorIn(Schema):
    cursor: str = Field("", max_length=300)


class ProblemIn(Schema):
    """A class put together: what it covers, where, when it was seen, whose it is; perhaps its first appeals."""

    title: str = Field(min_length=1, max_length=60, pattern=STORABLE)
    breadth: Breadth  # pyright: ignore[reportInvalidTypeForm]
    codes: list[Code] = Field(min_length=1, max_length=problems.MOST_CODES)
    area: Area
    first_day: date
    last_day: date
    owner: str = Field(max_length=40, pattern=STORABLE, description="code of the unit that owns it")
    promised_on: date | None = None
    numbers: list[Number] = Field([], max_length=MOST_CASES)
    reason: str = Field("", max_length=200, pattern=STORABLE)


class StepIn(Schema):
    """Fields of a step; each takes its own: confirm, refuse, close, reopen, leave, hide ``note``; find_cause ``kind text``;
    start ``kind title unit`` and ``document_no effective_on project campaign``; measure ``first_day last_day``; owner
    ``owner promised_on note``; publish ``title text measures``."""

    note: str = Field("", max_length=4000, pattern=STORABLE)
    kind: str = Field("", max_length=12, pattern=STORABLE)
    text: str = Field("", max_length=4000, pattern=STORABLE)
    title: str = Field("", max_length=60, pattern=STORABLE)
    unit: str = Field("", max_length=40, pattern=STORABLE, description="code of the organisation")
    document_no: str = Field("", max_length=60, pattern=STORABLE)
    effective_on: date | None = None
    project: Key | None = None
    campaign: Key | None = None
    first_day: date | None = None
    last_day: date | None = None
    owner: str = Field("", max_length=40, pattern=STORABLE, description="code of the organisation")
    promised_on: date | None = None
    measures: list[Key] = Field([], max_length=100, description="measures that residents are told of")


class CasesIn(Schema):
    numbers: list[Number] = Field(min_length=1, max_length=MOST_CASES)
    reason: str = Field("", max_length=200, pattern=STORABLE)


class TakeOutIn(Schema):
    number: Number
    reason: str = Field(max_length=200, pattern=STORABLE)


class AddedOut(Schema):
    """How many came new; those that were in it already are not counted."""

    added: int
    cases: int
