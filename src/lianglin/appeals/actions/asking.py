"""What every verb shares: the case locked before it runs, an answer that must be one of the listed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import Item
from lianglin.appeals.queries.provisions import handle_limit
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.files import actions as files
from lianglin.files.prepare import Prepared
from lianglin.kit.errors import Forbidden, Refused


def on_case(function: Callable[..., Any]) -> Callable[..., Any]:
    """Locks the case by id before the action, so that the second of two people is refused honestly; all or nothing."""

    @wraps(function)
    def locked(case_id: int, *, by: Actor, **arguments: Any) -> Any:
        with together():
            return function(cases.lock(case_id, by=by), by=by, **arguments)

    return locked


def show(case: Case, photos: Iterable[Prepared], *, by: Actor) -> None:
    """Attaches pictures and papers of an answer; who reported sees them beside it."""
    for ready in photos:
        files.attach(case_id=case.pk, scope_code=case.scope_code, upload=ready, by=by)


def must_lead(case: Case, by: Actor) -> None:
    """A unit that was called in to help does not act for the lead."""
    if by.role == "handler" and by.organisation_id != case.owner_id:
        raise Forbidden(_("Your unit helps here; the unit in the lead does this. Answer your own order."))


def known(value: Any, choices: Any, field: str) -> None:
    if value not in {code for code, _label in choices}:
        raise Refused(_("Choose one of the listed answers."), field=field)


def order_limit(case: Case) -> tuple[int, str]:
    """The time that whoever handles an appeal has, by the rows and the catalogue of the day it was opened."""
    return handle_limit(case, Item.objects.filter(appeals__case_id=case.pk).first())
