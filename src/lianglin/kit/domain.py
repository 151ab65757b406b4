"""The manifest: what a package plugs into the house. Data only.

A folder under ``lianglin/`` that holds ``domain.py`` with ``DOMAIN = Domain(...)`` is plugged in because it is
there (see :mod:`lianglin.kit.discovery`). Central code walks manifests and names no domain.
Dotted references ("lianglin.somewhere.queries:settled") are resolved on use, so a manifest imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lianglin.kit.guards import (
    LIKE_PUBLIC,
    OFFICERS,
    ROLES,
    Access,
    ConsentPurpose,
    Correctable,
    Datum,
    Everything,
    Follows,
    Granted,
    Guard,
    InScope,
    Own,
    OwnAccount,
    OwnPost,
    OwnResident,
    OwnThrough,
    OwnUnit,
    Personal,
    Predicate,
    Retention,
    Role,
    Subject,
    Text,
)
from lianglin.kit.lifecycle import Lifecycle, Limit, Move, State
from lianglin.kit.measures import Cell, Indicator, Reading
from lianglin.kit.reports import Counted, Dimension, ReportDefinition, Section
from lianglin.kit.screens import Errand, Group, NavItem, Panel, Place, WorkList

__all__ = (
    "LIKE_PUBLIC", "OFFICERS", "ROLES", "Access", "Answer", "Cell", "Command", "ConsentPurpose", "Correctable", "Counted", "Datum", "Dimension",
    "Domain", "Duty", "Errand", "Everything", "Follows", "Granted", "Group", "Guard", "Handover", "InScope", "Indicator", "Lifecycle", "Limit",
    "Listener", "Move", "NavItem", "Notice", "Own", "OwnAccount", "OwnPost", "OwnResident", "OwnThrough",
    "OwnUnit", "Panel", "Personal", "Place", "Predicate", "Reading", "ReportDefinition", "Retention", "Role", "RoleKind",
    "RowServed", "Section", "Sign", "State", "Subject", "Text", "WorkList",
)  # fmt: skip
"""One place from which a manifest takes its words."""

# --- work ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """A permission key, with the words a manager reads."""

    code: str  # "appeals.dispatch"
    label: Text


@dataclass(frozen=True)
class RoleKind:
    """A kind of post: which database role it takes and which duties come with it."""

    code: str
    label: Text
    db_role: Role
    duties: tuple[str, ...]
    purposes: tuple[str, ...] = ()
    level: Literal["community", "township", "county", "city", "unit"] = "community"
    alone: bool = False
    """Whoever holds such a post holds no post of another kind at the same time (separation of duties)."""


# --- what packages tell each other and do ----------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """The domain answers this request type (declared in kit.events) with "module:function"."""

    request: type
    handler: str


@dataclass(frozen=True)
class Listener:
    """The domain hears of this event type (declared in kit.events) through "module:function"."""

    event: type
    handler: str


@dataclass(frozen=True)
class Notice:
    """A message that the domain may send: template code, and the names its texts use.

    ``texts`` by language; "elder" is the same in Chinese for elderly readers: short sentences, no terms, whom to call.
    ``kind`` says what the recipient may do about it: "work" goes to posts; "urgent" goes at once and always; "right"
    carries a right or a limit of the recipient, so it cannot be turned off, but waits for the morning; "steps" tells
    how a matter moves and "voluntary" is an offer or a subscription: both can be turned off.
    """

    code: str
    label: Text
    texts: Mapping[str, str]  # language -> text with {placeholders}
    fields: tuple[str, ...] = ()
    kind: Literal["work", "urgent", "right", "steps", "voluntary"] = "work"


@dataclass(frozen=True)
class Command:
    """A command of the house, ``lianglin GROUP NAME …``: runs "module:function"(arguments) -> exit status as the owner."""

    group: str
    name: str
    text: str
    run: str


@dataclass(frozen=True)
class Handover:
    """Open work that hangs on a post, and how it passes to another one when the post ends.

    ``held``: "module:function"(post ids) -> {post id: how many are open}; ``pass_on``: "module:function"
    (post_id, to_post_id, by) -> how many were passed on. Both run as the background role and show nobody's data.
    """

    label: Text
    held: str
    pass_on: str


@dataclass(frozen=True)
class Nightly:
    """Work of every night, done in steps (``work``: "module:NAME" of a lianglin.access.runs.Work).

    ``order``: its place in the night; what stands at a lower one is done first, one at a time.
    """

    label: Text
    work: str
    order: int


@dataclass(frozen=True)
class RowServed:
    """A row of the requirement (R001-R136) that this package serves: the screen (URL name) where it is seen and
    the indicator that counts it, where the row has a figure. ``missing`` says in words what is not there yet.
    """

    row: str
    screen: str
    indicator: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Sign:
    """A number by which the operator sees how the house runs: ``lianglin_NAME`` at /metrics, nobody's data.

    ``read``: "module:function"() -> iterable of (values of ``labels``, number), as the background role; few and cheap,
    with label values from a fixed set. Names follow Prometheus: base units, ``_total`` for what only grows, else a gauge.
    """

    name: str  # "audit_seal_age_seconds"
    text: str
    read: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domain:
    """Everything one package offers to the house."""

    code: str
    label: Text
    order: int = 50
    urls: str = ""  # urlconf module
    path: str = ""  # URL prefix, "" for the root
    api: str = ""  # "module:router"
    navigation: tuple[NavItem, ...] = ()
    duties: tuple[Duty, ...] = ()
    roles: tuple[RoleKind, ...] = ()
    role_duties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """role kind code -> duties this domain adds to it."""
    guards: tuple[Guard, ...] = ()
    personal: tuple[Personal, ...] = ()
    retention: tuple[Retention, ...] = ()
    subjects: tuple[Subject, ...] = ()
    follows: tuple[Follows, ...] = ()
    corrections: tuple[Correctable, ...] = ()
    consents: tuple[ConsentPurpose, ...] = ()
    assess: tuple[Literal["sensitive", "automated", "sharing"], ...] = ()
    """Why the domain needs an impact assessment in force before it is live (PIPL art. 55; see kit/live.py)."""
    lifecycles: tuple[Lifecycle, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    reports: tuple[ReportDefinition, ...] = ()
    panels: tuple[Panel, ...] = ()
    lists: tuple[WorkList, ...] = ()
    errands: tuple[Errand, ...] = ()
    answers: tuple[Answer, ...] = ()
    listeners: tuple[Listener, ...] = ()
    notices: tuple[Notice, ...] = ()
    handovers: tuple[Handover, ...] = ()
    periodic: tuple[str, ...] = ()
    nightly: tuple[Nightly, ...] = ()
    database: tuple[str, ...] = ()
    """"module:function"(cursor): what the package adds to the database after every migration, idempotent."""
    seed: str = ""  # "module:function"(SeedContext)
    wakes: str = ""
    """"module:function"(): what a demo city that is there already does anew when it is started again."""
    commands: tuple[Command, ...] = ()
    signs: tuple[Sign, ...] = ()
    rows: tuple[RowServed, ...] = ()


_READ = {role: Access("S") for role in ("auth", "staff", "handler", "helper", "resident", "public", "job")}

DOMAIN = Domain(
    code="kit",
    label="Ground",
    order=0,
    urls="lianglin.kit.urls",
    path="kit/",
    database=("lianglin.kit.database:install",),
    guards=(
        Guard("kit.CalendarDay", {**_READ, "administrator": Access("SIU")}),
        Guard("kit.Throttle"),  # only through the functions kit_throttle and kit_throttle_clear
        Guard("kit.IdempotentRequest"),  # only through the functions kit_idempotent_begin and _end
        Guard("kit.DemoClock", {**_READ, "staff": Access("SU")}),
    ),
)
