"""Subjects of subscriptions and feeds in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.appeals.queries import problem_news
from lianglin.appeals.queries.catalogue import choices
from lianglin.appeals.rules.subscribing import Subject
from lianglin.places.queries import community, division


def area_of(code: str) -> str:
    """The name of a community, street or district; "" for none."""
    found = community(code) or division(code)
    return found.label if found else ""


def title_of(subject: Subject) -> str:
    """Area and class, or the problem class as residents read it, in words."""
    if subject.problem is not None:
        found = problem_news.shown(subject.problem)
        return found.title if found else _("a problem class that is not shown now")
    categories = {c.code: c.label for group in choices().categories.values() for c in group}
    place = area_of(subject.area) if subject.area else _("the whole city")
    return " · ".join(part for part in (place, categories.get(subject.item_class, "")) if part)
