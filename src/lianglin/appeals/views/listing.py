"""The desk's list as others use it: narrowed by a query, its columns in a file, what it can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.forms import BooleanField
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals.forms.desk import FilterForm
from lianglin.appeals.queries import worklists
from lianglin.appeals.views.rows import unit_of, what_of
from lianglin.cases.models import Case
from lianglin.kit.lists import Column

TICKED = ("on", "1", "true", "True")
"""What a box that is ticked sends, or an address that somebody wrote."""


def form_of(actor: Actor, query: Mapping[str, Any]) -> FilterForm:
    """The list's filters as a query sets them."""
    return FilterForm(query, places=worklists.places_below(actor), categories=worklists.categories())


def rows(actor: Actor, query: Mapping[str, Any]) -> QuerySet[Case]:
    """The appeals that this actor may read, narrowed as the query says."""
    return worklists.worklist(actor, **form_of(actor, query).chosen())


def columns(actor: Actor) -> list[Column]:
    """What the list shows on the screen, a column each: never who reported, which no list shows."""
    return [
        Column(_("Number"), lambda case: case.number, 16),
        Column(_("Matter"), lambda case: case.title, 36),
        Column(_("Item"), what_of, 20),
        Column(
            _("Place"), lambda case: case.place_text or (case.building.address if case.building else ""), 28
        ),
        Column(_("Community"), lambda case: case.community.label, 16),
        Column(_("State"), lambda case: case.state_label, 12),
        Column(_("Outcome"), lambda case: case.outcome_label, 12),
        Column(_("Urgent"), lambda case: _("urgent") if case.urgent else "", 8),
        Column(_("Unit in charge"), unit_of, 22),
        Column(_("Reported"), lambda case: case.opened_at, 18),
        Column(_("Limit"), lambda case: case.due_at, 18),
    ]


def fields(actor: Actor) -> dict[str, dict[str, str] | None]:
    """Name of a filter -> its choices; None where any text goes."""
    return choices_of(form_of(actor, {}))


def choices_of(form: FilterForm) -> dict[str, dict[str, str] | None]:
    """The same of a form that is there already."""
    found: dict[str, dict[str, str] | None] = {}
    for name, field in form.fields.items():
        choices = getattr(field, "choices", None)
        if isinstance(field, BooleanField):
            found[name] = dict.fromkeys(TICKED, str(field.label))
        else:
            found[name] = None if choices is None else dict(_flat(choices))
    return found


def _flat(choices: Any) -> Any:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)
