"""Every setting of Lianglin, in one declared table, read once from the environment.

``Environment`` (variables.py) is the table; here it is read, checked, and filled with the demo's own secrets.
"""

from __future__ import annotations

import base64
import difflib
import errno
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from lianglin.project.errors import DiskFull, SetupError
from lianglin.project.kinds import Setting
from lianglin.project.variables import Environment

SECRETS_FILE = "secrets.json"
FILE = "_FILE"
DEMO_CITY = {
    "LIANGLIN_CITY_NAME": "哈尔滨市",
    "LIANGLIN_CITY_NAME_EN": "Harbin",
    "LIANGLIN_QUIET_HOURS": "00:00-00:00",  # it disturbs nobody, and is looked at by night, too
    "LIANGLIN_MESSAGES_A_DAY": "50",
}


class SettingError(SetupError):
    """A variable has a value that cannot be used."""


@cache
def table() -> dict[str, Setting]:
    """The rows of the table in order, by the field's name."""
    hints = get_type_hints(Environment, include_extras=True)
    here = Environment.__annotations__  # those of the login stand behind
    fields = [*here, *(field for field in hints if field not in here)]
    return {field: hints[field].__metadata__[0] for field in fields}


def read(environ: Mapping[str, str]) -> Environment:
    """Reads and checks all settings. SettingError names the variable, what is wrong and what it must be."""
    _refuse_unknown(environ)
    given = with_files(environ)
    home = data_folder(given)
    marked = "1" if (home / SECRETS_FILE).exists() else "0"
    if _value({"LIANGLIN_DEMO": marked, **given}, table()["demo"]):
        given = {"LIANGLIN_DEMO": "1", **DEMO_CITY, **demo_secrets(home), **given}
    values = {}
    for field, row in table().items():
        if row.name not in given and row.default is None:
            raise SettingError(
                f"{row.name} is not set. Outside the demo it has no default: set it to {_wanted(row)} "
                "(“lianglin settings” explains each setting)."
            )
        values[field] = _value(given, row)
    return Environment(**values)


def data_folder(environ: Mapping[str, str]) -> Path:
    """The data folder alone, for what must work without the other settings."""
    return _value(with_files(environ), table()["data"])


def some(*fields: str) -> dict[str, Any]:
    """A few settings alone, for a command that is given no others."""
    given = with_files(os.environ)
    return {field: _value(given, table()[field]) for field in fields}


def with_files(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are set, those named NAME_FILE read from their files: secrets need not stand in an environment.

    SettingError when a file cannot be read, or a variable is given both ways. A line break at the end is dropped.
    """
    given = {name: value for name, value in environ.items() if value != ""}
    for row in table().values():
        path = given.pop(row.name + FILE, "")
        if path and row.name in given:
            raise SettingError(f"{row.name} and {row.name}{FILE} are both set. Keep one of them.")
        if path:
            try:
                given[row.name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or "it is no text"
                raise SettingError(f"{row.name}{FILE} is “{path}”, which cannot be read ({why}).") from None
    return given


@cache
def current() -> Environment:
    """The settings of this process, read once."""
    return read(os.environ)


def demo_secrets(home: Path) -> dict[str, str]:
    """The demo's own secrets: made once, kept in its data folder, readable by its owner only."""
    path = home / SECRETS_FILE
    try:
        if not path.exists():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=home, prefix=f".{SECRETS_FILE}.", delete=False) as file:
                json.dump(_fresh_secrets(), file, indent=1)
            try:
                os.link(file.name, path)  # fails when another process was first: then its secrets count
            except FileExistsError:
                pass
            finally:
                os.unlink(file.name)
        return json.loads(path.read_text())
    except OSError as error:
        raise _unusable(home, error) from None
    except ValueError:
        raise SettingError(f"{path} is damaged. Restore it, or delete {home} and build anew.") from None


def lend_secrets() -> None:
    """For commands that read the program and no data: where no secrets are set, some for this process alone."""
    if not (data_folder(os.environ) / SECRETS_FILE).exists():
        for name, value in _fresh_secrets().items():
            if not os.environ.get(name + FILE):
                os.environ.setdefault(name, value)
    current.cache_clear()


def make_data_folder(home: Path) -> None:
    """The folder of everything that is kept, there and this user's to write in; else a sentence that says what to do."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(home, error) from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise _unusable(home, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def _unusable(home: Path, error: OSError) -> SetupError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"The disk of {home} is full. Make room, or set LIANGLIN_DATA to another disk.")
    reason = os.strerror(errno.ENOTDIR) if error.errno == errno.EEXIST else error.strerror
    return SettingError(
        f"The data folder {home} cannot be read or written by this user ({reason}). "
        "Set LIANGLIN_DATA to a folder that can."
    )


def _fresh_secrets() -> dict[str, str]:
    def chance() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "LIANGLIN_SECRET_KEY": secrets.token_urlsafe(48),
        "LIANGLIN_FIELD_KEYS": f"1:{chance()}",
        "LIANGLIN_HEALTH_KEYS": f"1:{chance()}",
        "LIANGLIN_MATCH_KEY": chance(),
        "LIANGLIN_SIGNING_KEYS": f"1:{chance()}",
        "LIANGLIN_BACKUP_KEYS": f"1:{chance()}",
    }


def _value(given: Mapping[str, str], row: Setting) -> Any:
    value = given.get(row.name, row.default or "")
    try:
        return row.kind(value)
    except ValueError as error:
        said = "has a value that cannot be used" if row.secret else f"is “{value}”"
        raise SettingError(f"{row.name} {said}: it must be {error}.") from None


def _wanted(row: Setting) -> str:
    try:
        row.kind("")
    except ValueError as error:
        return str(error)
    return row.shown


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [row.name for row in table().values()]
    for name in environ:
        if name.startswith("LIANGLIN_") and name not in known and name.removesuffix(FILE) not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else "“lianglin settings” lists them all."
            raise SettingError(f"{name} is not a setting of Lianglin. {hint}")


def as_markdown(language: str = "en") -> str:
    """The reference page of all settings, made from the table."""
    chinese = language == "zh"
    titles = ("变量", "值", "默认", "含义") if chinese else ("Variable", "Value", "Default", "Meaning")
    none = "（必填）" if chinese else "(must be set)"
    lines = [f"| {' | '.join(titles)} |", "|---|---|---|---|"]
    for row in table().values():
        default = none if row.default is None else f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.name}` | {row.shown} | {default} | {row.zh if chinese else row.en} |")
    return "\n".join(lines) + "\n"


def address(env: Environment) -> str:
    """Where a browser on this machine finds the pages."""
    host = "localhost" if env.bind in ("0.0.0.0", "::", "127.0.0.1", "::1") else env.bind  # noqa: S104 - compared, not bound
    return f"http://{host}:{env.port}"
