"""`lianglin check`: what must be right before a start, an upgrade or a call for help. Changes nothing."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg.conninfo import make_conninfo

from lianglin.kit import discovery
from lianglin.project import attach, closed, database
from lianglin.project.environment import Environment

State = Literal["good", "warn", "bad"]
LEAST_FREE, LOW_FREE = 0.05, 0.15
SKEW_SECONDS = 2.0
LONG_SECONDS = 600.0
KEY_BYTES = 32


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, and what to do when it is not good."""

    what: str
    state: State
    said: str
    todo: str = ""

    def __str__(self) -> str:
        mark = {"good": "ok  ", "warn": "look", "bad": "BAD "}[self.state]
        return f"{mark}  {self.what}: {self.said}" + (f" {self.todo}" if self.state != "good" else "")


def findings(env: Environment) -> Iterator[Finding]:
    """Everything, in the order in which it matters; what cannot be looked at is bad and stops nothing else."""
    looks: dict[str, Callable[[Environment], Finding]] = {
        "keys": keys,
        "data folder": folder,
        "disk": disk,
        "front end": front_end,
        "texts": texts,
        "database": server,
        "migrations": migrations,
        "clock": clock,
        "transactions": transactions,
    }
    for what, look in looks.items():
        try:
            yield look(env)
        except (OSError, psycopg.Error) as error:
            if isinstance(error, psycopg.OperationalError) and closed.is_locked(env):
                said = "closed since it was restored: who was erased may be in it again."
                yield Finding(what, "bad", said, "Run “lianglin backup open”.")
                continue
            reason = " ".join(str(error).split())[:200]
            yield Finding(what, "bad", f"cannot be looked at ({reason}).", "Mend that first.")


def keys(env: Environment) -> Finding:
    """Rings of keys, and the key that signs seals. Names and lengths, never a key."""
    short = [name for name, ring in (("LIANGLIN_FIELD_KEYS", env.field_keys),) if not ring]
    if short:
        return Finding(
            "keys",
            "bad",
            f"{', '.join(short)} is empty.",
            "Personal data could not be read. Put the keys in.",
        )
    if not env.signing_keys:
        return Finding(
            "keys",
            "warn",
            "there is no signing key: the audit's seals are not signed.",
            "“lianglin audit key --new” makes one.",
        )
    if len(env.secret_key) < KEY_BYTES:
        return Finding(
            "keys", "bad", "LIANGLIN_SECRET_KEY is short.", f"Give it {KEY_BYTES} characters or more."
        )
    return Finding(
        "keys", "good", f"{len(env.field_keys)} for personal data, {len(env.signing_keys)} to sign with."
    )


def folder(env: Environment) -> Finding:
    """The data folder: there, this user's, closed to others."""
    home = env.data
    if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
        return Finding(
            "data folder",
            "bad",
            f"{home} is missing or cannot be written.",
            "Give it to the user of the services.",
        )
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o007:
        return Finding(
            "data folder", "warn", f"{home} is open to every user ({mode:o}).", f"chmod 700 {home}"
        )
    return Finding("data folder", "good", f"{home}.")


def disk(env: Environment) -> Finding:
    """Room for writing, and for the indexes that a migration builds."""
    used = shutil.disk_usage(env.data)
    share = used.free / used.total
    said = f"{used.free // 1024**3} GB free ({share:.0%})."
    state: State = "bad" if share < LEAST_FREE else "warn" if share < LOW_FREE else "good"
    return Finding("disk", state, said, "Make room: an upgrade builds indexes beside those that are there.")


def front_end(env: Environment) -> Finding:
    """Scripts and styles, which a wheel brings and a working copy builds."""
    if not (discovery.HOUSE / "kit" / "static" / "dist" / "desk.js").exists():
        return Finding(
            "front end", "bad", "it is not built.", "Run “make install”, or install from a bundle."
        )
    return Finding("front end", "good", "there.")


def texts(env: Environment) -> Finding:
    """Compiled catalogues: without them every page is English."""
    wanting = [path.parent.parent.parent.parent.name for path in discovery.HOUSE.glob("*/locale/*/LC_MESSAGES/django.po")
               if not path.with_suffix(".mo").exists()]  # fmt: skip
    if wanting:
        said = f"Chinese texts of {', '.join(sorted(wanting))} are not compiled."
        return Finding("texts", "bad", said, "Run “python -m lianglin.project.catalogues”.")
    return Finding("texts", "good", "compiled.")


def _connect(env: Environment) -> psycopg.Connection:
    parameters = {
        **database.address(env),
        "user": database.login("app"),
        "password": database.password(env, "app"),
    }
    return psycopg.connect(make_conninfo(**parameters), connect_timeout=5, autocommit=True)


def server(env: Environment) -> Finding:
    """Reachable as the web processes reach it, and new enough."""
    with _connect(env) as one:
        number = one.info.server_version
    state: State = "good" if number >= attach.OLDEST else "bad"
    return Finding(
        "database", state, f"PostgreSQL {number // 10000}.{number % 10000}.", "Version 15 or newer is needed."
    )


def migrations(env: Environment) -> Finding:
    """Migrations of this version that wait."""
    attach.setup_django()
    from lianglin.project.health import known_migrations

    with _connect(env) as one:
        applied = {name for (name,) in one.execute("select app || '.' || name from django_migrations")}
    waiting, later = sorted(known_migrations() - applied), sorted(applied - known_migrations())
    if waiting:
        shown = ", ".join(waiting[:3]) + (" …" if len(waiting) > 3 else "")
        return Finding("migrations", "bad", f"{len(waiting)} wait ({shown}).", "Run “lianglin migrate”.")
    more = f"; {len(later)} of a later version are there, which this one leaves alone" if later else ""
    return Finding("migrations", "good", f"all applied{more}.")


def clock(env: Environment) -> Finding:
    """This machine's clock against the database's: deadlines, seals and second factors hang on it."""
    with _connect(env) as one:
        row = one.execute("select extract(epoch from clock_timestamp())").fetchone()
    apart = abs(time.time() - float(row[0] if row else 0))
    state: State = "good" if apart < SKEW_SECONDS else "bad"
    return Finding("clock", state, f"{apart:.1f} s from the database's.", "Set both by NTP (chrony).")


def transactions(env: Environment) -> Finding:
    """Transactions that have been open for long: a migration would wait for them."""
    with _connect(env) as one:
        row = one.execute(
            "select coalesce(max(extract(epoch from now() - xact_start)), 0) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
    seconds = float(row[0] if row else 0)
    state: State = "warn" if seconds > LONG_SECONDS else "good"
    return Finding(
        "transactions",
        state,
        f"the longest is open for {seconds:.0f} s.",
        "A migration waits for it: see whose it is.",
    )


def run(env: Environment, say: Callable[[str], None] = print) -> int:
    """Prints every finding; status 1 when something is bad."""
    found = list(findings(env))
    for one in found:
        say(str(one))
    bad = sum(one.state == "bad" for one in found)
    say(f"{bad} to mend." if bad else "Ready.")
    return 1 if bad else 0
