"""What every template is given."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from lianglin.kit import discovery, side
from lianglin.kit.domain import NavItem
from lianglin.kit.live import is_live
from lianglin.kit.signs import icon

ELDER = "elder"
ELDER_SIZES = {"1": "24", "18": "18", "24": "24", "30": "30"}
"""What the cookie or `?elder=` may say -> root font of 长辈版 in px; "1" is the usual one."""


def site(request: HttpRequest) -> dict[str, Any]:
    """The city's name, whether this is the demo, who acts, and the navigation of both doors.

    ``elder`` is "" or the root font of 长辈版 in px ("18", "24", "30").
    """
    actor = getattr(request, "actor", None)
    return {
        "site": {
            "name": settings.CITY_NAME_EN if get_language() == "en" else settings.CITY_NAME,
            "attribution": settings.MAP_ATTRIBUTION,
        },
        "demo": settings.DEMO,
        "elder": ELDER_SIZES.get(str(request.GET.get(ELDER) or request.COOKIES.get(ELDER)), ""),
        "actor": actor,
        "nav": SimpleLazyObject(lambda: navigation(request, "resident")),
        "desk_nav": lambda: desk_navigation(request),
    }


_PART = "lianglin.part"


def belongs_to(request: HttpRequest, view: str) -> None:
    """Marks the link to this view in the desk's navigation, whatever the page's address begins with."""
    request.META[_PART] = view


def navigation(request: HttpRequest, door: str) -> list[dict[str, Any]]:
    """The links of one door that this actor's duties open: label, url, icon, note, current."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {
            "label": link.label,
            "url": link.url,
            "icon": link.icon,
            "note": link.note,
            "current": link.view == here,
        }
        for link in _menu(request, door).links
    ]


def desk_navigation(request: HttpRequest) -> SafeString:
    """The desk's navigation as markup, with the page or its part marked and what waits counted; "" without links."""
    menu = _menu(request, "desk")
    here, mark = menu.at.get(request.resolver_match.view_name if request.resolver_match else "", -1), "page"
    if here < 0:
        part = menu.at.get(request.META.get(_PART, ""), -1)
        here, mark = part if part >= 0 else menu.section(request.path), "true"
    actor = getattr(request, "actor", None)
    counted = ((n, discovery.resolve(menu.links[n].counts)(actor)) for n in menu.counting) if actor else ()
    return side.markup(menu, here, mark, tuple((n, count) for n, count in counted if count))


def _menu(request: HttpRequest, door: str) -> side.Menu:
    actor = getattr(request, "actor", None)
    live = tuple(code for code in _to_be_assessed() if is_live(code))
    return _opened(
        door, actor.duties if actor is not None else frozenset(), live, get_language(), icon("more")
    )


@lru_cache(maxsize=512)
def _opened(
    door: str, duties: frozenset[str], live: tuple[str, ...], _language: str | None, _drawn: str
) -> side.Menu:
    """The links of a door for these duties, in this language and with these drawings; two that lead to one page are one."""
    found: dict[str, side.Link] = {}
    for code, item, url in _links(door):
        if (code in live or code not in _to_be_assessed()) and (not item.duty or item.duty in duties):
            drawing = icon(item.icon or "right")
            link = side.Link(
                str(item.label), url, drawing, item.place, item.url, item.count, item.icon, str(item.note)
            )
            found.setdefault(item.url, link)
    return side.Menu(tuple(found.values()))


@cache
def _to_be_assessed() -> tuple[str, ...]:
    """The packages that are closed until their impact assessment is in force."""
    return tuple(manifest.code for manifest in discovery.manifests() if manifest.assess)


@cache
def _links(door: str) -> tuple[tuple[str, NavItem, str], ...]:
    """All links of a door in their order: the package's code, the link, its address (the same for as long as the process runs)."""
    found = [
        (manifest.code, item)
        for manifest in discovery.manifests()
        for item in manifest.navigation
        if item.door == door
    ]
    return tuple(
        (code, item, reverse(item.url)) for code, item in sorted(found, key=lambda pair: pair[1].order)
    )
