"""Whatever counts only after a second person: nobody decides what they proposed, in Python and in PostgreSQL alike."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from lianglin.access.actor import Actor
from lianglin.access.governance import deciding, proposals
from lianglin.access.governance.proposals import Proposals
from lianglin.access.governance.two_people import Seconded
from lianglin.kit.errors import Conflict, Forbidden, Refused

MODELS = [model for model in apps.get_models() if issubclass(model, Seconded)]
ELSEWHERE = {
    "access.RightsChange": "PostgreSQL carries it out (access_decide_change)",
    "access.LinkList": "PostgreSQL carries it out (access_decide_links)",
    "appeals.KnowledgeDraft": "decided by its entry",
    "benefits.MeasureVersion": "by the table of its life, which knows every writer",
    "indicators.ReportLayout": "decided as it was shown",
    "indicators.ReportDesign": "decided as it was shown",
    "notices.WebhookEndpoint": "keepers see their own",
}
ONE, OTHER = 7, 8


def actor(account: int) -> Actor:
    return Actor(role="staff", low="", high="~", account_id=account, post_id=3, duties=frozenset({"all"}))


def of(model: type[Seconded], account: int) -> Any:
    return model(**{"state": model.TWO.waiting, f"{model.TWO.proposer}_id": account})


def verbs() -> dict[str, Proposals[Any]]:
    """The verbs of every table that has them, found where they are written down; the addresses load every package."""
    import_module("lianglin.project.urls")
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("lianglin.")]
    found = [value for module in modules for value in list(vars(module).values())]
    return {one.model._meta.label: one for one in found if isinstance(one, Proposals)}


def named(models: list[type[Seconded]]) -> list[str]:
    return [model._meta.label for model in models]


def checks(model: type[Seconded]) -> list[str]:
    """Its check constraints that speak of both people."""
    two = model.TWO
    with connection.cursor() as cursor:
        cursor.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and contype = 'c'",
            [model._meta.db_table],
        )
        return [
            name
            for name, said in cursor.fetchall()
            if f"{two.proposer}_id" in said and f"{two.decider}_id" in said
        ]


def twin(model: type[Seconded], kept: list[str]) -> None:
    """A table ``twin`` with the columns and the named checks of the model's table, and nothing else it asks for."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'create temporary table twin (like "{table}" including constraints) on commit drop')
        cursor.execute(
            "select conname from pg_constraint where conrelid = 'twin'::regclass and contype = 'c' and conname <> all(%s)",
            [kept],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'alter table twin drop constraint "{name}"')
        for field in model._meta.concrete_fields:
            cursor.execute(f'alter table twin alter column "{field.column}" drop not null')


def decided(model: type[Seconded], by: int) -> None:
    two = model.TWO
    columns = f'state, "{two.proposer}_id", "{two.decider}_id"'
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"insert into twin ({columns}) values (%s, %s, %s)", [two.approved, ONE, by])


@pytest.mark.parametrize("model", MODELS, ids=named(MODELS))
def test_postgresql_takes_no_decision_of_whoever_proposed_it(db: None, model: type[Seconded]) -> None:
    kept = checks(model)
    with transaction.atomic():
        twin(model, kept)
        with pytest.raises(DatabaseError, match="|".join(kept) or "no constraint"):
            decided(model, ONE)
        decided(model, OTHER)
        transaction.set_rollback(True)


@pytest.mark.parametrize("model", MODELS, ids=named(MODELS))
def test_whoever_proposed_it_does_not_decide_and_nobody_else_takes_it_back(model: type[Seconded]) -> None:
    row = of(model, ONE)
    for approve in (True, False):
        with pytest.raises(Forbidden):
            deciding.decide_anywhere(row, by=actor(ONE), approve=approve, note="because")
    with pytest.raises(Refused):
        deciding.decide_anywhere(row, by=actor(OTHER), approve=False, note=" ")
    with pytest.raises(Forbidden):
        deciding.withdraw(row, by=actor(OTHER))
    assert row.waits
    deciding.decide_anywhere(row, by=actor(OTHER), approve=True, note="")
    assert (row.state, getattr(row, f"{model.TWO.decider}_id")) == (model.TWO.approved, OTHER)
    with pytest.raises(Conflict):
        deciding.decide_anywhere(row, by=actor(OTHER), approve=True, note="")


def test_every_such_table_has_the_verbs_or_says_who_decides_it() -> None:
    known = verbs().keys()
    assert [label for label in named(MODELS) if label not in known and label not in ELSEWHERE] == []
    assert [label for label in ELSEWHERE if label in known] == []


def test_the_verbs_refuse_a_second_step_of_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "together", nullcontext)
    found = verbs()
    assert len(found) > 9
    for one in found.values():
        row = of(one.model, ONE)
        monkeypatch.setattr(Proposals, "locked", lambda *args, row=row, **where: row)
        alone = replace(actor(ONE), duties=frozenset({one.may_propose, one.may_approve}))
        other = replace(alone, account_id=OTHER)
        with override("en"):
            for approve in (True, False):
                with pytest.raises(Forbidden, match="You proposed it yourself"):
                    one.decide(alone, approve=approve, note="because", pk=1)
            with pytest.raises(Forbidden, match="Only whoever proposed it"):
                one.withdraw(other, pk=1)
            with pytest.raises(Refused, match="Say why"):
                one.decide(other, approve=False, pk=1)
        with pytest.raises(Forbidden):
            one.decide(replace(other, duties=frozenset()), approve=True, pk=1)
        assert row.waits
