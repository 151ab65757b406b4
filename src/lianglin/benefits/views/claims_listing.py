"""Claims as a list that can be taken out: the names that the export of cases asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.benefits.queries import claim_lists
from lianglin.cases.models import Case
from lianglin.kit.lists import Column


def rows(actor: Actor, query: Mapping[str, Any]) -> QuerySet[Case]:
    """The claims of the tab that the query names."""
    return claim_lists.listed(actor, str(query.get("tab", "open")))


def columns(actor: Actor) -> list[Column]:
    """As the desk's list: no name."""
    return [
        Column(_("Number"), lambda case: case.number, 16),
        Column(_("Benefit"), lambda case: case.title, 30),
        Column(_("Community"), lambda case: case.community.label, 20),
        Column(_("State"), lambda case: case.state_label, 16),
        Column(_("Authority"), lambda case: case.owner.label if case.owner else "", 24),
        Column(_("Begun"), lambda case: case.opened_at, 18),
        Column(_("Due"), lambda case: case.due_at, 18),
    ]


def fields(actor: Actor) -> dict[str, dict[str, str] | None]:
    """Which tab."""
    return {"tab": {code: str(label) for code, label, _states in claim_lists.TABS}}
