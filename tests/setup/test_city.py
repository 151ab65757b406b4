"""Filling the database: once, begun anew after an interruption, never over somebody's real city."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from lianglin.access.models import Organisation
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext
from lianglin.project import attach, city, environment
from lianglin.project.errors import SetupError

runs: list[int] = []


def seed(context: SeedContext) -> None:
    runs.append(context.residents)
    context.report("half", 0.5)
    Organisation.objects.create(code=f"made-{len(runs)}", name="x", kind="city")


def seed_badly(context: SeedContext) -> None:
    seed(context)
    raise ConnectionResetError("pulled the plug")


def ignore(*report: object) -> None:
    pass


@pytest.fixture(autouse=True)
def seeds(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    runs.clear()
    monkeypatch.setattr(city, "seeds", lambda: [("sample", f"{__name__}:seed")])


def build(**plan: int) -> bool:
    return city.build(environment.current(), city.Plan(**plan), ignore)


def test_fills_once() -> None:
    assert city.state() == {}
    assert build(residents=500)
    assert city.state() == {"state": "complete", "residents": 500, "seed": 1, "sample": True}
    assert not build(residents=900)
    assert runs == [500]


def test_reports_the_shares() -> None:
    said: list[tuple[str, str, float]] = []
    city.build(environment.current(), city.Plan(), lambda *report: said.append(report))
    assert said == [("sample", "", 0.0), ("sample", "half", 0.5), ("sample", "", 1.0)]


@pytest.fixture
def interrupted(seeds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filling that ended in the middle: something of it is there."""
    with monkeypatch.context() as bad:
        bad.setattr(city, "seeds", lambda: [("sample", f"{__name__}:seed_badly")])
        with pytest.raises(ConnectionResetError):
            build(residents=500)
    assert city.state()["state"] == "building"
    assert Organisation.objects.exists()


def relations() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relnamespace = 'public'::regnamespace")
        return cursor.fetchone()[0]


def test_an_interrupted_filling_is_cleared(interrupted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the tables are made anew, as for a first start, nothing of it is left."""

    class Reached(Exception):
        pass

    def migrate(env: environment.Environment) -> None:
        raise Reached

    assert relations() > 500
    monkeypatch.setattr(attach, "apply_migrations", migrate)
    with pytest.raises(Reached):
        build()
    assert relations() == 0
    assert runs == [500], "nothing is filled in before"


@pytest.mark.deep  # all migrations once more; make test looks at both halves: the test above, and the one below
def test_an_interrupted_filling_is_begun_anew(interrupted: None) -> None:
    assert build(residents=900)
    assert [made.code for made in Organisation.objects.all()] == ["made-2"]
    assert runs == [500, 900]


def test_again_clears_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same clearing as after an interruption, whose test looks at what it leaves: nothing."""
    cleared: list[list[int]] = []
    monkeypatch.setattr(
        city, "_clear", lambda env: (cleared.append(list(runs)), Organisation.objects.all().delete())
    )
    build(residents=500)
    assert city.build(environment.current(), city.Plan(residents=7), ignore, again=True)
    assert cleared == [[500]], "once, before anything is filled in again"
    assert [made.code for made in Organisation.objects.all()] == ["made-2"]
    assert city.state()["residents"] == 7


@pytest.mark.parametrize("again", [False, True])
def test_a_real_citys_database_is_left_alone(again: bool) -> None:
    get_user_model().objects.create_user("first", None, name="x", created_at=clock.now())
    with pytest.raises(SetupError, match="already has accounts"):
        city.build(environment.current(), city.Plan(), ignore, again=again)
    assert runs == []


def test_a_sample_city_with_its_known_logins_is_made_in_a_demo_only() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "LIANGLIN_DEMO"}
    command = [sys.executable, "-m", "lianglin.project.cli", "city", "build"]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "LIANGLIN_DEMO=1" in ran.stderr
    assert "Traceback" not in ran.stderr
