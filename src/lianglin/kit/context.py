"""What every template is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from lianglin.kit import discovery
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
        "nav": navigation(request, "resident"),
        "desk_nav": navigation(request, "desk"),
    }


def navigation(request: HttpRequest, door: str) -> list[dict[str, Any]]:
    """The links of one door that this actor's duties open: label, url, icon, current."""
    actor = getattr(request, "actor", None)
    here = request.resolver_match.view_name if request.resolver_match else ""
    live = [manifest for manifest in discovery.manifests() if is_live(manifest.code)]
    items = sorted(
        (item for manifest in live for item in manifest.navigation if item.door == door),
        key=lambda item: item.order,
    )
    return [
        {"label": item.label, "url": reverse(item.url), "icon": item.icon, "current": item.url == here}
        for item in items
        if not item.duty or (actor is not None and actor.may(item.duty))
    ]
