"""Who may touch which rows, and what a personal column is held for: the part of a manifest that protects people.

A manifest imports these words from :mod:`lianglin.kit.domain`, with all the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lianglin.kit.grounds import GROUNDS

Text = Any  # a str or a lazy translation

# --- who may touch a table -------------------------------------------------------------------------------

Role = Literal[
    "staff", "handler", "helper", "resident", "public", "job", "auth",
    "administrator", "security", "auditor", "health", "rescue",
]  # fmt: skip
OFFICERS: tuple[Role, ...] = ("administrator", "security", "auditor")
"""The three roles that a level-3 system keeps apart (GB/T 22239-2019, 8.1.5); none reads people."""
LIKE_PUBLIC: tuple[Role, ...] = (*OFFICERS, "health", "rescue")
"""Roles that read what anybody may read, and beyond it only what a guard gives to them by name. "rescue" is a post under
an emergency opening for one named person: it reads that person's own rows, and writes nothing."""
ROLES: tuple[Role, ...] = (
    "staff", "handler", "helper", "resident", "public", "job", "auth", *LIKE_PUBLIC,
)  # fmt: skip


@dataclass(frozen=True)
class InScope:
    """Rows whose ``column`` (text, COLLATE "C") lies in the actor's place range [low, high).

    With ``purpose``, only for posts that carry it: a city-wide post for statistics reads no cases.
    """

    column: str = "scope_code"
    purpose: str = ""


@dataclass(frozen=True)
class Granted:
    """Rows whose ``column`` is the subject of a grant in force for the actor's unit."""

    subject: str
    column: str = "id"


@dataclass(frozen=True)
class Own:
    """Rows whose ``column`` is the one case the actor proved to hold (number + secret)."""

    column: str = "case_id"


@dataclass(frozen=True)
class OwnResident:
    """Rows whose ``column`` is the resident who logged in, or the ward a guardian acts for."""

    column: str = "resident_id"


@dataclass(frozen=True)
class OwnThrough:
    """Rows whose ``column`` is named by ``key`` of a row of ``model`` whose ``owner`` is the resident who logged in.

    A household is a person's through a membership; the policy of ``model`` holds inside, too.
    """

    model: str
    key: str
    owner: str = "resident_id"
    column: str = "id"


@dataclass(frozen=True)
class OwnPost:
    """Rows whose ``column`` is the actor's post."""

    column: str = "post_id"


@dataclass(frozen=True)
class OwnAccount:
    """Rows whose ``column`` is the actor's account."""

    column: str = "account_id"


@dataclass(frozen=True)
class OwnUnit:
    """Rows whose ``column`` is the actor's unit."""

    column: str = "unit_id"


@dataclass(frozen=True)
class Everything:
    """No row filter: for tables that hold nobody's data."""


Predicate = InScope | Granted | Own | OwnResident | OwnThrough | OwnPost | OwnAccount | OwnUnit | Everything


@dataclass(frozen=True)
class Access:
    """What one database role may do: ``rights`` of "SIUD" on the rows that ``rows`` selects.

    ``writes`` narrows what may be written; without it, ``rows`` holds for writing too.
    """

    rights: str
    rows: Predicate = field(default_factory=Everything)
    writes: Predicate | None = None


@dataclass(frozen=True)
class Guard:
    """Grants and row-level security of one table: the one source for PostgreSQL and for ``visible_to``.

    A role that is not named gets nothing. ``personal`` says that the table holds data about people: its
    QuerySet then refuses to run before ``visible_to`` and each of its columns is declared or neutral.
    """

    model: str
    roles: Mapping[str, Access] = field(default_factory=dict)
    personal: bool = False
    neutral: tuple[str, ...] = ()
    """Columns of a personal table that say nothing about a person (keys, codes, instants of the work)."""
    ground: str = ""
    """The ground in which the table lies ("health"): then only the role of that name, for the purpose of that name and
    with ``duty``, the person and the background may be let in; anything else is refused when the manifest is read."""
    duty: str = ""

    def __post_init__(self) -> None:
        if not self.ground:
            return
        allowed = {self.ground, "resident", "job"}
        own = self.roles.get(self.ground)
        if self.ground not in GROUNDS or not self.personal or not self.duty:
            raise ValueError(
                f"{self.model}: a table of a ground is personal, names a known ground and a duty."
            )
        if strangers := set(self.roles) - allowed:
            raise ValueError(
                f"{self.model}: the ground “{self.ground}” lets nobody in as {sorted(strangers)}."
            )
        if own is not None and getattr(own.rows, "purpose", "") != self.ground:
            raise ValueError(f"{self.model}: rows of the ground need InScope(purpose=“{self.ground}”).")
        resident = self.roles.get("resident")
        if resident is not None and not isinstance(resident.rows, OwnResident):
            raise ValueError(f"{self.model}: a resident reads the own rows of a ground and no others.")

    def access(self, role: str) -> Access | None:
        """What a role may do; the roles beside the public have the public's access where the guard names no own."""
        own = self.roles.get(role)
        return self.roles.get("public") if own is None and role in LIKE_PUBLIC else own


@dataclass(frozen=True)
class Personal:
    """One personal column: why we hold it, on what basis, how long, and how it is shown masked.

    Source of the duty: PIPL arts 6, 17, 19, 51. ``keep`` is an ISO 8601 duration counted from ``after``.
    """

    column: str  # "app.Model.field"
    label: Text
    purpose: Text
    basis: Literal["statutory_duty", "consent", "contract", "emergency"]
    keep: str
    after: Text
    mask: Literal["name", "id_number", "phone", "address", "text", "date", "none", "never"]
    sensitive: bool = False


@dataclass(frozen=True)
class Retention:
    """How long rows of a model stay, counted from ``after``; ``method`` says what the nightly run does.

    ``after`` is a date or an instant of the row ("closed_at") or of a row it hangs on ("case__closed_at").
    "erase" deletes the row, "tombstone" empties its personal columns, "keep" leaves it, for ``reason``.
    """

    model: str
    keep: str
    after: str
    method: Literal["erase", "tombstone", "keep"]
    reason: Text = ""


@dataclass(frozen=True)
class Subject:
    """How the rows of a model belong to a person: ``column`` holds the resident's id, or that of the case held.

    Through it everything that is held about one person is found, copied and erased, whatever package holds it.
    """

    model: str
    column: str
    of: Literal["resident", "case"]
    erasable: bool = True
    """False: kept for accountability, or shared with others, whatever one person asks."""
    words: str = ""
    """"module:function" that says rows as the person reads them: (rows) -> per row {column: text}, in this order."""
    labels: tuple[tuple[str, Text], ...] = ()
    """(column, label) where the person reads another label than the offices do."""
    beside: str = ""
    """"module:function": (id, actor) -> rows about what the person shares with others: read and copied, never erased."""


@dataclass(frozen=True)
class Follows:
    """Rows that follow a person when two files of one person are joined: ``column`` holds the resident's number.

    ``only`` (column, value) picks the rows in which the column means a resident. ``once``: columns that, with the
    person, make a row unique: where the file that stays has such a row, the other one stays where it is.
    ``apart``: a column that must not come to hold the same number. ``stays``: why rows keep the old number instead.
    The rows are moved, and moved back, by a function of the database that knows what is declared and nothing else.
    """

    model: str
    column: str = "resident_id"
    only: tuple[str, str] | None = None
    once: tuple[str, ...] = ()
    apart: str = ""
    stays: str = ""
    open: str = ""
    """Why these rows stay readable while the use of the person's data is restricted (PIPL art. 44)."""


@dataclass(frozen=True)
class Datum:
    """One thing held of a person that may be wrong: what stands there (plain), its mask, and how one says what is right."""

    code: str
    label: Text
    text: str
    mask: str = "none"
    kind: Literal["text", "date", "choice"] = "text"
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class Correctable:
    """Data of residents that their owner corrects when a person is right about them (PIPL art. 46).

    ``data``: "module:function"(resident_id, actor) -> [Datum]; ``check``: (code, value) -> the value as it is kept,
    or Refused with what is wrong; ``correct``: (resident_id, code, value, case_id, by) as the background role, which
    keeps what stood there before.
    """

    code: str
    data: str
    check: str
    correct: str


@dataclass(frozen=True)
class ConsentPurpose:
    """A purpose that rests on consent: residents are asked for it by a text (people.ConsentText) and may withdraw.

    With the withdrawal goes what was held on it alone: the named columns of the person's rows are emptied, and
    ``rows`` (model, column, value) are deleted, and so is whatever holds the consent's number in a column named by
    ``under``, whoever the row is about. ``sensitive``: needs a separate consent (PIPL art. 29).
    """

    code: str
    label: Text
    columns: tuple[str, ...] = ()  # "app.Model.field"
    rows: tuple[tuple[str, str, str], ...] = ()
    under: tuple[str, ...] = ()  # "app.Model.field"
    sensitive: bool = False
