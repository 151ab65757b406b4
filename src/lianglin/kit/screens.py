"""Manifest types of what people see: links, panels, work lists, errands. Manifests take them from kit.domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lianglin.kit.guards import Role, Text

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
