"""A real city gets the catalogue, and nothing that the demo invents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from lianglin.access.models import Organisation
from lianglin.appeals.models import Item
from lianglin.appeals.seed import load
from lianglin.cases.models import Case
from lianglin.people.seed import load as people
from lianglin.people.tests.doors import context_for, few_doors

UNTIL = datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_a_real_city_gets_the_catalogue_alone(db: None, tmp_path: Path) -> None:
    context = context_for(tmp_path, UNTIL)
    few_doors(context, buildings=1)
    context.demo = False
    for package in (people, load):
        package.seed(context)
    assert Item.objects.count() == 96
    assert not Case._base_manager.exists()
    assert not Organisation.objects.exists()
