"""Subjects of subscriptions and feeds in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.appeals.queries.catalogue import choices
from lianglin.places.queries import community, division


def area_of(code: str) -> str:
    """The name of a community, street or district; "" for none."""
    found = community(code) or division(code)
    return found.label if found else ""


def title_of(area: str, item_class: str) -> str:
    """Area and class in words."""
    categories = {c.code: c.label for group in choices().categories.values() for c in group}
    place = area_of(area) if area else _("the whole city")
    return " · ".join(part for part in (place, categories.get(item_class, "")) if part)
