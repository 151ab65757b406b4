"""What every template is given."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from lianglin.kit import discovery
from lianglin.kit.domain import NavItem
from lianglin.kit.live import is_live

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
        "desk_nav": SimpleLazyObject(lambda: navigation(request, "desk")),
    }


def navigation(request: HttpRequest, door: str) -> list[dict[str, Any]]:
    """The links of one door that this actor's duties open: label, note, url, icon, current, count (0: nothing waits)."""
    actor = getattr(request, "actor", None)
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {
            "label": item.label,
            "note": item.note,
            "url": url,
            "icon": item.icon,
            "current": item.url == here,
            "count": discovery.resolve(item.count)(actor) if item.count and actor is not None else 0,
        }
        for code, item, url in _links(door)
        if is_live(code) and (not item.duty or (actor is not None and actor.may(item.duty)))
    ]


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
