"""`lianglin check`: says of each thing how it is, and what to do; changes nothing, hides nothing, shows no key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lianglin.project import environment, preflight
from lianglin.project.environment import Environment
from lianglin.project.health import known_migrations

pytestmark = pytest.mark.django_db


@pytest.fixture
def env() -> Environment:
    return environment.current()


def found(env: Environment) -> dict[str, preflight.Finding]:
    return {one.what: one for one in preflight.findings(env)}


def test_all_is_looked_at_and_no_key_is_shown(env: Environment, db: None) -> None:
    said: list[str] = []
    status = preflight.run(env, said.append)
    text = "\n".join(said)
    looked = found(env)
    assert {
        "keys",
        "data folder",
        "disk",
        "front end",
        "texts",
        "database",
        "migrations",
        "clock",
        "transactions",
    } == set(looked)
    assert status == (1 if any(one.state == "bad" for one in looked.values()) else 0)
    assert env.secret_key not in text
    assert (looked["database"].state, looked["migrations"].state, looked["clock"].state) == (
        "good",
        "good",
        "good",
    )


def test_what_waits_is_bad_and_what_is_later_is_not(
    env: Environment, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = known_migrations()
    monkeypatch.setattr("lianglin.project.health.known_migrations", lambda: brought | {"cases.9999_next"})
    assert preflight.migrations(env).state == "bad"
    assert "cases.9999_next" in preflight.migrations(env).said
    monkeypatch.setattr("lianglin.project.health.known_migrations", lambda: brought - {"cases.0001_initial"})
    after = preflight.migrations(env)
    assert (after.state, "1 of a later version" in after.said) == ("good", True)


def test_a_server_that_is_away_hides_nothing_else(env: Environment, tmp_path: Path) -> None:
    away = replace(env, database_url=f"postgresql:///none?host={tmp_path}")
    looked = found(away)
    assert looked["database"].state == "bad"
    assert looked["keys"].state == "good"


@pytest.mark.parametrize(
    ("change", "what", "state"),
    [
        ({"field_keys": {}}, "keys", "bad"),
        ({"signing_keys": {}}, "keys", "warn"),
        (dict.fromkeys(["secret_key"], "short"), "keys", "bad"),
        ({"data": Path("/nowhere/at/all")}, "data folder", "bad"),
    ],
    ids=["no keys", "unsigned", "short", "no folder"],
)
def test_what_is_wrong_is_named_with_what_to_do(
    env: Environment, db: None, change: dict[str, object], what: str, state: str
) -> None:
    one = found(replace(env, **change))[what]  # pyright: ignore[reportArgumentType]
    assert (one.state, bool(one.todo)) == (state, True)


def test_a_folder_open_to_all_is_said(env: Environment, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert preflight.folder(replace(env, data=tmp_path)).state == "warn"
    tmp_path.chmod(0o700)
    assert preflight.folder(replace(env, data=tmp_path)).state == "good"
