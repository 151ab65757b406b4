"""The demo's strip on every page: who looks, and the clock. Empty in a real city. No query."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.demo import notes, personas
from lianglin.kit import clock

RESIDENT = "resident"
SHORT = {
    "community_worker": (_("Community worker"), "home"),
    "street_coordinator": (_("Street coordinator"), "swap"),
    "unit_handler": (_("Department"), "gear"),
    "protection_officer": (_("Data-protection officer"), "shield"),
    "manager": (_("Manager"), "chart"),
}
"""Kind of post -> word and icon on the strip, in the order of the story."""


def demo(request: HttpRequest) -> dict[str, Any]:
    """``personas``, ``persona_url``, ``advance_url``, ``demo_now``, ``demo_url``; {} outside of a built demo city."""
    if not settings.DEMO or not notes().get("story"):
        return {}
    return {
        "personas": strip(request),
        "persona_url": reverse("portal:demo_as"),
        "advance_url": reverse("portal:demo_advance"),
        "demo_url": reverse("portal:demo"),
        "demo_now": clock.now(),
    }


def strip(request: HttpRequest) -> list[dict[str, Any]]:
    """The five people of the story and the manager: key, label, icon, whether one looks as them now."""
    actor = getattr(request, "actor", None)
    username = getattr(getattr(request, "user", None), "username", "")
    holding = actor is not None and actor.role == RESIDENT
    found = [
        {
            "key": RESIDENT,
            "label": _("Resident"),
            "icon": "person",
            "current": holding,
            "what": _("reported it"),
        }
    ]
    english = get_language() == "en"
    known = {row["role"]: row for row in personas()}
    for role, (label, icon) in SHORT.items():
        if role in known:
            row = known[role]
            found.append(
                {
                    "key": row["username"],
                    "label": label,
                    "icon": icon,
                    "current": row["username"] == username,
                    "what": row["what_en"] if english else row["what"],
                    "role": role,
                }
            )
    return found
