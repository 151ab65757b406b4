"""What has run out: the rows of one rule, those that others still need, and how old the oldest left is."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db.models import CharField, DateTimeField, Field, JSONField, Model, Q, QuerySet, TextField
from django.db.models import DateField as DateColumn

from lianglin.access.actor import Actor
from lianglin.access.scoped import ScopedManager, guards
from lianglin.kit import clock, discovery
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.domain import Retention
from lianglin.privacy.models import RetentionRun
from lianglin.privacy.queries.subjects import personal_of
from lianglin.privacy.rules import before, tombstone


def rules() -> list[Retention]:
    """Every rule of the house that erases something, in layer order from the top: what hangs on a row goes first."""
    found = [rule for rule in discovery.each("retention") if rule.method != "keep"]
    return [rule for method in ("erase", "tombstone") for rule in reversed(found) if rule.method == method]


def rule_of(model: str) -> Retention | None:
    """The rule of one table."""
    return next((rule for rule in discovery.each("retention") if rule.model == model), None)


def column_of(model: Any, path: str) -> Field[Any, Any]:
    """The column that a path such as "case__closed_at" ends in."""
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)


def all_of(model: type[Model], actor: Actor) -> QuerySet[Any]:
    """Every row that the actor (a job) may touch."""
    manager: Any = model._default_manager
    return (
        manager.visible_to(actor, purpose="system") if isinstance(manager, ScopedManager) else manager.all()
    )


def ran_out(rule: Retention, actor: Actor, today: date) -> QuerySet[Any]:
    """The rows whose time is over and that still hold something. What is erased already is not in it."""
    model = apps.get_model(rule.model)
    limit: date | datetime = before(today, rule.keep)
    if isinstance(column_of(model, rule.after), DateTimeField):
        limit = datetime.combine(limit, time(0), clock.CITY_ZONE)
    found = all_of(model, actor).filter(**{f"{rule.after}__lt": limit})
    return found if rule.method == "erase" else found.filter(_not_empty(rule.model))


def _not_empty(model: str) -> Q:
    holds = Q()
    for name, value in empty(model).items():
        column = apps.get_model(model)._meta.get_field(name)
        holds |= Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{column.name: value})
    return holds


def empty(model: str, basis: str = "") -> dict[str, Any]:
    """Column -> what stands there once it is emptied; for the columns held on one ``basis``, or for all.

    Keys to other rows stay: they say nothing once the rows they lead to are empty.
    """
    found = {}
    for declared in personal_of(model):
        column = apps.get_model(model)._meta.get_field(declared.column.rpartition(".")[2])
        if (basis and declared.basis != basis) or column.is_relation or column.primary_key:
            continue
        found[column.name] = _emptied(column)
    return found


def _emptied(column: Any) -> Any:
    if column.choices and column.has_default() and not column.null:
        return column.get_default()
    if isinstance(column, JSONField):
        kind = "json"
    elif isinstance(column, CharField | TextField | EncryptedTextField):
        kind = "text"
    else:
        kind = "date" if isinstance(column, DateColumn) else "number"
    return tombstone(null=column.null, blank=column.blank, kind=kind, longest=column.max_length)


def dependants(model: type[Model]) -> list[tuple[type[Model], str, bool]]:
    """(table, its key to ``model``, whether its rows go along) of all that hangs on a row.

    A personal table of the same package goes along; rows of any other hold what they hang on.
    """
    found = []
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        guard = guards().get(other._meta.label)
        mine = other._meta.app_label == model._meta.app_label
        found.append((other, relation.field.name, bool(mine and guard and guard.personal)))
    return found


def free(rule: Retention, actor: Actor, today: date) -> QuerySet[Any]:
    """What has run out and may go: nothing of another package still hangs on it."""
    found = ran_out(rule, actor, today)
    if rule.method == "tombstone":
        return found
    for other, key, along in dependants(apps.get_model(rule.model)):
        if not along and "S" in getattr(guards()[other._meta.label].roles.get("job"), "rights", ""):
            needs = all_of(other, actor).filter(**{f"{key}__isnull": False})
            found = found.exclude(pk__in=needs.values(key))
    return found


def oldest_left(rule: Retention, actor: Actor) -> date | None:
    """The oldest day from which the time of a row that is left counts."""
    model = apps.get_model(rule.model)
    rows = all_of(model, actor).filter(**{f"{rule.after}__isnull": False})
    if rule.method == "tombstone":
        rows = rows.filter(_not_empty(rule.model))
    value = rows.order_by(rule.after).values_list(rule.after, flat=True).first()
    return clock.local(value).date() if isinstance(value, datetime) else value


def last_runs() -> dict[str, RetentionRun]:
    """The newest run of each table."""
    newest = RetentionRun.objects.order_by("model", "-id").distinct("model")
    return {run.model: run for run in newest}


def ages() -> list[tuple[tuple[str, ...], float]]:
    """How many seconds ago the last run of any table ended, for the operator; nothing before the first."""
    ended = (
        RetentionRun.objects.filter(state=RetentionRun.State.DONE)
        .order_by("-id")
        .values_list("ended_at", flat=True)
    )
    last = ended.first()
    return [((), max((clock.now() - last).total_seconds(), 0.0))] if last else []


def told() -> QuerySet[RetentionRun]:
    """Runs that erased something, left something, or failed. Page it by ("-id")."""
    failed = RetentionRun.State.FAILED
    return RetentionRun.objects.filter(Q(erased__gt=0) | Q(held__gt=0) | Q(state=failed))
