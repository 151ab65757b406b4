"""Settings: one table, clear mistakes, secrets that exist only where they were set or made."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from lianglin.project import environment
from lianglin.project.environment import SettingError

KEY = base64.b64encode(b"k" * 32).decode()
WHOLE = {"LIANGLIN_SECRET_KEY": "s" * 40, "LIANGLIN_FIELD_KEYS": f"1:{KEY}", "LIANGLIN_MATCH_KEY": KEY}


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {**WHOLE, "LIANGLIN_DATA": str(tmp_path / "data")}


def test_defaults(given: dict[str, str]) -> None:
    env = environment.read(given)
    assert (env.port, env.bind, env.demo, env.database_role) == (8000, "127.0.0.1", False, "app")
    assert env.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert env.field_keys == {1: b"k" * 32}


def test_an_empty_variable_counts_as_not_set(given: dict[str, str]) -> None:
    assert environment.read({**given, "PORT": ""}).port == 8000


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eighty", "PORT is “eighty”: it must be a whole number from 1 to 65535."),
        ("PORT", "70000", "from 1 to 65535"),
        ("LIANGLIN_DEMO", "maybe", "1 or 0"),
        ("LIANGLIN_LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("LIANGLIN_FIELD_KEYS", KEY, "numbered keys"),
        ("LIANGLIN_FIELD_KEYS", f"1:sm4:{KEY}", "16 bytes"),
        ("LIANGLIN_FIELD_KEYS", f"1:{KEY},1:{KEY}", "numbered keys"),
        ("LIANGLIN_FIELD_KEYS", f"300:{KEY}", "numbered keys"),
        ("LIANGLIN_MATCH_KEY", "short", "32 bytes in base64"),
        ("LIANGLIN_SECRET_KEY", "short", "at least 32 characters"),
        ("LIANGLIN_EMAIL_URL", "mail.example", "smtp://"),
        ("LIANGLIN_PUBLIC_URL", "lianglin.example.org", "without a path, like https://"),
        ("LIANGLIN_PUBLIC_URL", "https://example.org/lianglin", "without a path"),
        ("LIANGLIN_TRUSTED_PROXIES", "-1", "from 0 to 9"),
        ("LIANGLIN_WEB_WORKER", "2", "Did you mean LIANGLIN_WEB_WORKERS?"),
    ],
)
def test_a_mistake_is_named(given: dict[str, str], name: str, value: str, said: str) -> None:
    with pytest.raises(SettingError) as error:
        environment.read({**given, name: value})
    assert name in str(error.value)
    assert said in str(error.value)


def test_a_secret_is_never_repeated_in_a_message(given: dict[str, str]) -> None:
    with pytest.raises(SettingError) as error:
        environment.read({**given, "LIANGLIN_MATCH_KEY": "hunter2hunter2"})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_secrets_have_no_default_outside_the_demo(given: dict[str, str], name: str) -> None:
    with pytest.raises(SettingError, match=f"{name} is not set"):
        environment.read({key: value for key, value in given.items() if key != name})


def test_the_demo_makes_its_secrets_once_and_for_itself(tmp_path: Path) -> None:
    given = {"LIANGLIN_DEMO": "1", "LIANGLIN_DATA": str(tmp_path / "data")}
    first, second = environment.read(given), environment.read(given)
    assert first == second
    made = tmp_path / "data" / environment.SECRETS_FILE
    assert made.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    assert set(json.loads(made.read_text())) == {
        *WHOLE,
        "LIANGLIN_SIGNING_KEYS",
        "LIANGLIN_HEALTH_KEYS",
        "LIANGLIN_BACKUP_KEYS",
    }
    other = environment.read({**given, "LIANGLIN_DATA": str(tmp_path / "other")})
    assert other.secret_key != first.secret_key


def test_a_demo_folder_stays_a_demo_for_every_command(tmp_path: Path) -> None:
    environment.read({"LIANGLIN_DEMO": "1", "LIANGLIN_DATA": str(tmp_path)})
    assert environment.read({"LIANGLIN_DATA": str(tmp_path)}).demo


def test_lent_secrets_leave_those_that_are_read_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“lianglin manage check” on a server, whose secrets are files: lending its own would say that both are set."""
    key = tmp_path / "secret_key"
    text = "of the city" * 6
    key.write_text(text)
    environ = {"LIANGLIN_DATA": str(tmp_path), "LIANGLIN_SECRET_KEY_FILE": str(key)}
    monkeypatch.setattr(environment.os, "environ", environ)
    environment.lend_secrets()
    assert environment.read(environ).secret_key == text
    assert environ["LIANGLIN_FIELD_KEYS"], "what is not set is lent"


def test_damaged_secrets_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / environment.SECRETS_FILE).write_text("{")
    with pytest.raises(SettingError, match="damaged"):
        environment.read({"LIANGLIN_DATA": str(tmp_path)})
    assert (tmp_path / environment.SECRETS_FILE).read_text() == "{"


def test_every_setting_is_explained_in_both_languages() -> None:
    for row in environment.table().values():
        assert row.en.endswith("."), row.name
        assert row.zh.endswith("。"), row.name
        assert row.name in environment.as_markdown("zh")


def test_the_read_settings_reach_django(settings: Any) -> None:
    assert settings.DEMO is False
    assert settings.SESSION_COOKIE_SECURE
    assert settings.DATABASES["default"]["OPTIONS"]["server_side_binding"]
    by_itself = settings.DATABASES["default"]["OPTIONS"]["prepare_threshold"]
    assert by_itself == sys.maxsize, "nothing is prepared because it ran often: kit/plans.py says what is"
