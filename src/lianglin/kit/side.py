"""The desk's navigation: the four most used links, then every other one in a few groups by what people do there.

It is the same for everybody with the same duties on the same page, so its markup is built once for each of them.
It needs no script: a group is ``<details>``, and on a phone the groups lie behind a link to ``#menu`` (``:target``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Place
from lianglin.kit.guards import Text
from lianglin.kit.markup import fill
from lianglin.kit.signs import icon

GROUPS: dict[Place, Text] = {
    "today": _("Daily work"),
    "cases": _("Handling reports"),
    "lasting": _("Classes and projects"),
    "benefits": _("Benefits"),
    "supervision": _("Supervision and reviews"),
    "figures": _("Figures and publication"),
    "people": _("People and places"),
    "rules": _("Rules and catalogues"),
    "protection": _("Personal data"),
    "admin": _("Administration"),
}
"""The groups in the order in which they stand; a manifest's link names one of them."""
PINNED = 4
"""Links that stand above the groups, and alone in the bar of a phone."""
ALL_OPEN = 6
"""With so few links in the groups none of them is folded."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link. ``view`` is the name of its address, ``counts`` what gives how many things wait there ("": nothing)."""

    label: str
    url: str
    drawing: SafeString
    group: Place = "today"
    view: str = ""
    counts: str = ""
    icon: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Menu:
    """The links that some duties open, in their order; the same object for the same duties, so that it may be a key."""

    links: tuple[Link, ...]
    at: dict[str, int] = field(init=False)
    """View name -> which link leads there."""
    counting: tuple[int, ...] = field(init=False)
    """Which links say how many things wait there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", {link.view: n for n, link in enumerate(self.links)})
        object.__setattr__(self, "counting", tuple(n for n, link in enumerate(self.links) if link.counts))

    def section(self, path: str) -> int:
        """Which link leads to the part of the site that a page belongs to: the longest address it begins with; else -1."""
        best, longest = -1, 1
        for n, link in enumerate(self.links):
            if len(link.url) > longest and path.startswith(link.url):
                best, longest = n, len(link.url)
        return best


Counts = tuple[tuple[int, int], ...]
"""(which link, how many things wait there), those with none left out."""


@lru_cache(maxsize=2048)
def markup(menu: Menu, here: int, mark: str, counts: Counts) -> SafeString:
    """The ``<nav>``. ``here``: which link is marked as ``mark`` ("page" or, on a page further down, "true"); -1: none."""
    if not menu.links:
        return SafeString("")
    waiting = dict(counts)
    made = [_link(link, mark if n == here else "", waiting.get(n, 0)) for n, link in enumerate(menu.links)]
    few = len(made) <= PINNED + 1
    top = _items(made if few else made[:PINNED])
    more = "" if few else _more()
    found = fill(
        '<nav aria-label="%s"><ul class="side__list side__list--top">%s%s</ul>', gettext("Main"), top, more
    )
    rest = SafeString("") if few else _rest(menu, made, here, waiting)
    return SafeString(f"{found}{rest}</nav>")


def _more() -> SafeString:
    return fill(
        '<li class="side__more"><a class="side__link" href="#menu">%s<span>%s</span></a></li>',
        icon("more"),
        gettext("More"),
    )


def _rest(menu: Menu, made: list[SafeString], here: int, waiting: dict[int, int]) -> SafeString:
    """What stands below the pinned links: the groups, on a phone as a sheet with a way back."""
    close = fill(
        '<div class="side__sheet-head"><b>%s</b><a class="side__close" href="#main">%s<span>%s</span></a></div>',
        gettext("All functions"),
        icon("cross"),
        gettext("Close"),
    )
    unfolded = len(made) - PINNED <= ALL_OPEN
    groups = SafeString(
        "".join(
            _group(GROUPS[code], [made[n] for n in within], unfolded or here in within,
                   sum(waiting.get(n, 0) for n in within))
            for code, within in _grouped(menu)
        )
    )  # fmt: skip
    return fill('<div class="side__menu" id="menu" tabindex="-1">%s%s</div>', close, groups)


def _grouped(menu: Menu) -> Iterator[tuple[Place, list[int]]]:
    """Which links stand in each group, in the order of the groups."""
    for code in GROUPS:
        within = [n for n, link in enumerate(menu.links) if n >= PINNED and link.group == code]
        if within:
            yield code, within


def _group(label: Text, links: list[SafeString], is_open: bool, waiting: int) -> SafeString:
    """A group that folds; a single link stands for itself."""
    if len(links) == 1:
        return fill('<ul class="side__list">%s</ul>', _items(links))
    return fill(
        '<details class="side__group"%s><summary class="side__head"><span>%s</span>%s</summary>'
        '<ul class="side__list">%s</ul></details>',
        SafeString(" open" if is_open else ""),
        label,
        _count(waiting),
        _items(links),
    )


def _link(link: Link, mark: str, waiting: int) -> SafeString:
    return fill(
        '<a class="side__link" href="%s"%s>%s<span>%s</span>%s</a>',
        link.url,
        fill(' aria-current="%s"', mark) if mark else "",
        link.drawing,
        link.label,
        _count(waiting),
    )


def _count(waiting: int) -> SafeString | str:
    return fill('<span class="count">%s</span>', waiting) if waiting else ""


def _items(made: Iterable[SafeString]) -> SafeString:
    return SafeString("".join(f"<li>{link}</li>" for link in made))
