"""Scope in the QuerySet: a personal table refuses to run before ``visible_to`` (house rule 1, the Python half)."""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP, WHOLE_CODE, Actor
from lianglin.kit import clock, discovery
from lianglin.kit.domain import (
    Everything,
    Granted,
    Guard,
    InScope,
    Own,
    OwnAccount,
    OwnPost,
    OwnResident,
    OwnThrough,
    OwnUnit,
    Predicate,
)
from lianglin.kit.errors import Forbidden


class ScopeForgotten(RuntimeError):
    """A personal QuerySet was run without ``visible_to``: a mistake of the code, never of the user."""


@cache
def guards() -> dict[str, Guard]:
    """Every declared guard by its model label ("cases.Case")."""
    return {guard.model: guard for guard in discovery.each("guards")}


def _condition(predicate: Predicate, actor: Actor) -> Q:
    """The predicate as a Django condition; mirrors policies.condition."""
    match predicate:
        case InScope(column, purpose):
            if purpose and purpose not in actor.purposes:
                return Q(pk__in=[])
            if len(actor.low) == WHOLE_CODE and actor.high == actor.low + TOP:
                return Q(
                    **{column: actor.low}
                )  # one community: its index then gives the rows in order of id, too
            return Q(**{f"{column}__gte": actor.low, f"{column}__lt": actor.high})
        case Granted(subject, column):
            from lianglin.access.models import Grant

            held = Grant.objects.filter(
                organisation_id=actor.organisation_id, subject=subject, ends_at__gt=clock.now()
            ).values("subject_id")
            return Q(**{f"{column}__in": held})
        case Own(column):
            return Q(**{column: actor.case_id if actor.case_id is not None else -1})
        case OwnResident(column):
            return Q(**{column: actor.resident_id if actor.resident_id is not None else -1})
        case OwnThrough(model, key, owner, column):
            mine = actor.resident_id if actor.resident_id is not None else -1
            through = apps.get_model(model)._base_manager.filter(**{owner: mine})
            return Q(**{f"{column}__in": through.values(key)})
        case OwnPost(column):
            return Q(**{column: actor.post_id if actor.post_id is not None else -1})
        case OwnAccount(column):
            return Q(**{column: actor.account_id if actor.account_id is not None else -1})
        case OwnUnit(column):
            return Q(**{column: actor.organisation_id if actor.organisation_id is not None else -1})
        case Everything():
            return Q()


class ScopedQuerySet(QuerySet[Any]):
    """Refuses to touch the database before :meth:`visible_to` was called on it or on what it came from.

    - staff see rows of their place range, handlers rows granted to their organisation, residents their own case;
    - a role that the table's guard does not name sees nothing;
    - the purpose must be one that the actor's post carries.
    """

    _scoped = False

    def visible_to(self, actor: Actor, *, purpose: str) -> Self:
        """The rows this actor may read for this purpose; :class:`Forbidden` for a purpose the post does not carry."""
        if purpose not in actor.purposes:
            raise Forbidden(
                _(
                    "Your current post may not use personal data for this purpose. Switch posts or ask the data-protection officer."
                ),
                code=purpose,
            )
        guard = guards()[self.model._meta.label]
        if guard.ground and actor.role == guard.ground:
            actor.require(guard.duty)
        access = guard.access(actor.role)
        seen = self.filter(_condition(access.rows, actor)) if access and "S" in access.rights else self.none()
        seen._scoped = True
        return seen

    def _clone(self) -> Self:
        clone = super()._clone()  # pyright: ignore[reportAttributeAccessIssue] - Django's own seam
        clone._scoped = self._scoped
        return clone

    def _must_be_scoped(self) -> None:
        if not self._scoped:
            raise ScopeForgotten(
                f"{self.model._meta.label} holds personal data: call .visible_to(actor, purpose=...) before it runs."
            )

    def _fetch_all(self) -> None:
        self._must_be_scoped()
        super()._fetch_all()  # pyright: ignore[reportAttributeAccessIssue] - Django's own seam

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().count()

    def exists(self) -> bool:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().delete()

    def explain(self, **kwargs: Any) -> str:
        """As Django's, once scoped."""
        self._must_be_scoped()
        return super().explain(**kwargs)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # pyright: ignore[reportGeneralTypeIssues]
    """The default manager of personal tables; ``_base_manager`` stays plain, under row-level security."""

    use_in_migrations = False
