"""The manifest: what a package plugs into the house. Data only.

A folder under ``lianglin/`` that holds ``domain.py`` with ``DOMAIN = Domain(...)`` is plugged in because it is
there (see :mod:`lianglin.kit.discovery`). Central code walks manifests and names no domain.
Dotted references ("lianglin.somewhere.queries:settled") are resolved on use, so a manifest imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

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
from lianglin.kit.reports import Counted, Dimension, ReportDefinition, Section

__all__ = (
    "LIKE_PUBLIC", "OFFICERS", "ROLES", "Access", "Answer", "Cell", "Command", "ConsentPurpose", "Correctable", "Counted", "Datum", "Dimension",
    "Domain", "Duty", "Everything", "Follows", "Granted", "Guard", "Handover", "InScope", "Indicator", "Lifecycle", "Limit",
    "Listener", "Move", "NavItem", "Notice", "Own", "OwnAccount", "OwnPost", "OwnResident", "OwnThrough",
    "OwnUnit", "Panel", "Personal", "Predicate", "Reading", "ReportDefinition", "Retention", "Role", "RoleKind",
    "RowServed", "Section", "State", "Subject", "Text",
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


# --- figures ---------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """One count of one indicator in one community and one month (its first day); ``member`` in a breakdown."""

    indicator: str
    month: date
    scope_code: str
    numerator: int
    denominator: int | None = None
    member: str = ""


class Reading(NamedTuple):
    """A figure that cannot be added up, read for one place and one month: value, and the counts behind it."""

    month: date
    scope_code: str
    value: float | None
    numerator: int
    denominator: int | None = None


@dataclass(frozen=True)
class Indicator:
    """A figure that is computed from rows and opens into them (dossier 6.2).

    A rate's value is numerator / denominator; a count has denominator None. References are "module:function":

    - ``cells``(codes, span, scope_codes | None) -> iterable of :class:`Cell` for the whole months of ``span``;
      indicators that name the same function are asked for together, so that one statement can serve many.
    - ``at_level``(prefix, span, width) -> iterable of :class:`Reading`, instead of ``cells``, for what cannot be
      added up (medians, distinct persons): per month for the place ``prefix``, and for each place below it whose
      code has ``width`` digits.
    - ``rows``(code, actor, prefix, span, part, member) -> QuerySet, ordered, of the cases behind "numerator",
      "denominator" or "rest", or of rows with a ``case``, or of rows that show themselves (``as_row()`` -> title, url,
      area, state, at); opened to those who hold ``duty``.
    - ``members``() -> {member code: label} of a breakdown.
    - ``counts``(codes, span, prefix, dimension, width) -> iterable of :class:`Counted` over any span of days below
      ``prefix``, taken apart by one of ``dimensions``, by place (codes of ``width`` digits) or not at all (""). Asked
      for together by function, like ``cells``; for whole months both say the same.
    """

    code: str
    label: Text
    definition: Text
    unit: Literal["cases", "persons", "visits", "households", "percent", "hours", "objects"]
    kind: Literal["stock", "flow", "cumulative"]
    cells: str = ""
    at_level: str = ""
    over_span: str = ""
    """"module:function"(prefix, span) -> :class:`Reading` or None: the same over any span of days, for reports."""
    rows: str = ""
    duty: str = ""
    members: str = ""
    compared: str = ""
    """"module:function"(first, last) -> ((members, …), label)s: members that stand as one line where months around a
    change of the members themselves are compared (an item that was renamed or split). Rows then take "a+b"."""
    counts: str = ""
    dimensions: tuple[Dimension, ...] = ()
    numerator_label: Text = ""
    denominator_label: Text = ""
    rest_label: Text = ""
    people: bool = False
    """Counts persons or households: cells under 10 are suppressed in anything published."""
    published: bool = True
    city_only: bool = False
    """Counted for the whole city alone: its cells have the scope code "" (none when asked for single communities). A place
    or month without a cell has no figure, which is not zero."""
    target: float | None = None
    better: Literal["up", "down", ""] = ""
    definition_version: str = "1"
    r_rows: tuple[str, ...] = ()
    steward: Text = ""


# --- screens ---------------------------------------------------------------------------------------------


Group = Literal[
    "today",
    "cases",
    "lasting",
    "benefits",
    "supervision",
    "figures",
    "people",
    "rules",
    "protection",
    "admin",
]
"""The groups of the desk's links, by what people do there; their words and order stand in :mod:`lianglin.kit.side`."""
Place = Literal["resident"] | Group
"""Where a link stands: in the residents' door, or in a group of the desk's."""


@dataclass(frozen=True)
class NavItem:
    """A link in the residents' door, or in a group of the desk's; for those who hold ``duty`` (or for all when empty).

    At the desk the four lowest ``order`` that somebody's duties open stand above the groups. ``count``
    ("module:function") gives from the actor how many things wait there; 0 shows nothing. It runs on every page, so it
    must be cheap.
    """

    place: Place
    label: Text
    url: str  # URL name
    icon: str = ""
    duty: str = ""
    order: int = 50
    count: str = ""
    note: Text = ""
    """What one finds there, in a few words: under the large button of the residents' home."""

    @property
    def door(self) -> Literal["resident", "desk"]:
        """Which of the two doors the link stands in."""
        return "resident" if self.place == "resident" else "desk"


@dataclass(frozen=True)
class Panel:
    """A piece that a domain offers to a slot of a page it does not know.

    ``context``: "module:function"(actor, subject) -> dict for ``template``, or None to stay away. ``subject`` is what the
    page is about; on a resident's own pages ("home", "me") the request. "history" (of a case) takes no template: its
    dict holds ``title`` and ``rows`` (when, what, who, lines), which are printed, too.
    """

    slot: Literal["home", "place", "household", "person", "my_work", "case", "history", "me"]
    template: str
    context: str
    order: int = 50


@dataclass(frozen=True)
class WorkList:
    """A list of cases that posts narrow, keep as a filter and take out as a file (see :mod:`lianglin.kit.lists`).

    ``module`` has ``rows``(actor, query) -> QuerySet; ``columns``(actor) -> columns of the file, those of the screen;
    ``fields``(actor) -> what it can be narrowed by.
    """

    code: str  # "appeals.desk"
    label: Text
    url: str  # URL name
    duty: str
    module: str


@dataclass(frozen=True)
class Errand:
    """A kind of work with a limit of its own that waits for posts beside the moves of cases (see kit/errands.py).

    ``rows``: "module:function"(actor, most) -> list of :class:`~lianglin.kit.errands.Waiting`, what is due first stands first.
    """

    code: str  # "appeals.co_order"
    task: Text
    duty: str
    roles: tuple[Role, ...]
    rows: str


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
    """A message that the domain may send: template code, and the names its texts use."""

    code: str
    label: Text
    texts: Mapping[str, str]  # language -> text with {placeholders}
    fields: tuple[str, ...] = ()


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
class RowServed:
    """A row of the requirement (R001-R136) that this package serves: the screen (URL name) where it is seen and
    the indicator that counts it, where the row has a figure. ``missing`` says in words what is not there yet.
    """

    row: str
    screen: str
    indicator: str = ""
    missing: str = ""


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
    database: tuple[str, ...] = ()
    """"module:function"(cursor): what the package adds to the database after every migration, idempotent."""
    seed: str = ""  # "module:function"(SeedContext)
    wakes: str = ""
    """"module:function"(): what a demo city that is there already does anew when it is started again."""
    commands: tuple[Command, ...] = ()
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
