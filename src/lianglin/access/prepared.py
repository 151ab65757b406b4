"""Reads that nearly every request repeats: their SQL is made once per kind of reader, their values each time.

Django makes the SQL of a QuerySet anew whenever it runs; for the reads behind a case's page that is two thirds
of their cost. A :class:`Prepared` read is written as the QuerySet it is, with ``visible_to`` and all; what is
kept is the text, never a value; PostgreSQL keeps its plan (``kit/plans.py``), so a read is one of a few rows by their
key. What cannot be kept runs as the plain QuerySet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import get_related_populators

from lianglin.access.actor import Actor
from lianglin.kit import plans

_OF_ACTOR = ("low", "high", "organisation_id", "case_id", "resident_id", "post_id", "account_id")
"""What of an actor a condition compares with (see scoped._condition)."""
_NUMBER = -(10**15)


@dataclass(frozen=True)
class _Text:
    """The SQL of one read for one kind of reader; ``slots`` says for each parameter which value goes there."""

    compiler: Any
    sql: str
    slots: tuple[
        tuple[str, Any], ...
    ]  # ("value", index) | ("actor", attribute) | ("fixed", the parameter itself)
    init_list: list[str]
    span: tuple[int, int]
    related: list[Any]
    converters: dict[int, Any]


class Prepared:
    """``Prepared(build)(actor, *values)`` gives ``list(build(actor, *values))``, faster.

    ``build`` returns a QuerySet of models without annotations. It may branch on the actor's role and purposes
    and on nothing else; its values are str or int and stand in it as they are (``filter(number=number)``).
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.build, self._of_thread = build, threading.local()

    def __call__(self, actor: Actor, *values: str | int) -> list[Any]:
        """The rows this actor may read, as model instances."""
        texts: dict[Any, _Text | None] = self._of_thread.__dict__.setdefault("texts", {})
        kind = (actor.role, actor.purposes, *(getattr(actor, name) is None for name in _OF_ACTOR))
        if kind not in texts:
            texts[kind] = self._prepare(actor, values)
        text = texts[kind]
        return list(self.build(actor, *values)) if text is None else _run(text, actor, values)

    def _prepare(self, actor: Actor, values: tuple[str | int, ...]) -> _Text | None:
        """The text, found by building the QuerySet with marks for values; None when a value got lost on the way."""
        marks: dict[Any, tuple[str, Any]] = {}

        def mark(value: Any, slot: tuple[str, Any]) -> Any:
            made = f"\x7f{len(marks)}" if isinstance(value, str) else _NUMBER - len(marks)
            marks[made] = slot
            return made

        marked_actor = replace(
            actor,
            **{
                name: mark(value, ("actor", name))
                for name in _OF_ACTOR
                if (value := getattr(actor, name)) is not None
            },
        )
        marked = [mark(value, ("value", index)) for index, value in enumerate(values)]
        query = self.build(marked_actor, *marked).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        slots = tuple(
            marks.get(p, ("fixed", p)) if isinstance(p, str | int) else ("lost", p) for p in parameters
        )
        wanted = {("value", index) for index in range(len(values))}
        if any(kind == "lost" for kind, _ in slots) or not wanted <= {
            slot for slot in slots if slot[0] == "value"
        }:
            return None
        info = compiler.klass_info
        fields = info["select_fields"]
        span = (fields[0], fields[-1] + 1)
        init_list = [entry[0].target.attname for entry in compiler.select[slice(*span)]]
        related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)
        converters = compiler.get_converters([entry[0] for entry in compiler.select])
        return _Text(compiler, sql, slots, init_list, span, related, converters)


def _run(text: _Text, actor: Actor, values: tuple[str | int, ...]) -> list[Any]:
    parameters = [
        values[what] if kind == "value" else getattr(actor, what) if kind == "actor" else what
        for kind, what in text.slots
    ]
    with plans.keeping(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(text.sql, parameters)
        fetched = cursor.fetchall()
    model, (start, end) = text.compiler.query.model, text.span
    found = []
    for row in text.compiler.apply_converters(fetched, text.converters) if text.converters else fetched:
        made = model.from_db(DEFAULT_DB_ALIAS, text.init_list, row[start:end])
        for populator in text.related:
            populator.populate(row, made)
        found.append(made)
    return found
