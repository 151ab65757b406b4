"""Where the database is and as whom a process logs in."""

from __future__ import annotations

import hashlib
import hmac
import sys
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lianglin.project import embedded
from lianglin.project.environment import Environment

NAME = "lianglin"
ROLES = ("app", "worker", "owner")


def address(env: Environment) -> dict[str, Any]:
    """Connection parameters of the city's database: the one of DATABASE_URL, else the embedded server's."""
    given = env.database_url or embedded.address(env.data / "pg")
    parameters = {"dbname": NAME, **conninfo_to_dict(given)}
    if not env.database_url:
        parameters["dbname"] = NAME
    return parameters


def login(role: str) -> str:
    """The database's name of a login role (app, worker, owner)."""
    return f"lianglin_{role}"


def password(env: Environment, role: str) -> str:
    """The password of a login role: derived, so that every process knows it and nobody has to keep it."""
    message = f"database login {login(role)}".encode()
    return hmac.new(env.secret_key.encode(), message, hashlib.sha256).hexdigest()


def admin_dsn(env: Environment, dbname: str | None = None) -> str:
    """The address as the administrator named in DATABASE_URL (or the embedded server's own)."""
    return make_conninfo(**{**address(env), **({"dbname": dbname} if dbname else {})})


def bare_url(env: Environment) -> str:
    """DATABASE_URL without user and password: what web and worker processes are given. "" stays ""."""
    if not env.database_url:
        return ""
    kept = {name: value for name, value in address(env).items() if name not in ("user", "password")}
    dbname = kept.pop("dbname")
    return embedded.url(dbname=str(dbname), **{name: str(value) for name, value in kept.items()})


def django_database(env: Environment) -> dict[str, Any]:
    """Django's DATABASES entry for this process's login role."""
    parameters = address(env)
    for name in ("user", "password"):
        parameters.pop(name, None)
    return {
        "ENGINE": "lianglin.kit.postgresql",
        "NAME": parameters.pop("dbname"),
        "HOST": parameters.pop("host", ""),
        "PORT": str(parameters.pop("port", "")),
        "USER": login(env.database_role),
        "PASSWORD": password(env, env.database_role),
        # Web: the pool keeps connections. A worker's threads keep their own. Both look before they reuse one.
        "CONN_MAX_AGE": None if env.database_role == "worker" else 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {
            **parameters,
            "application_name": login(env.database_role),
            # Stops a second statement smuggled into a query with parameters.
            "server_side_binding": True,
            # Nothing is prepared by its number of runs; kit/plans.py asks for it where the way does not depend on
            # who asks. A pooler that gives each transaction another connection needs it off (None).
            "prepare_threshold": sys.maxsize if env.keep_plans else None,
        },
    }
