"""One embedded server per test run, a database of its own per xdist worker, no network, nothing left out unsaid.

With the ``db`` fixture, code outside of a request and outside of ``acting`` runs as the database's
administrator (to set the scene); requests run as the login role ``lianglin_app`` (tests/roles.py). After a
``transactional_db`` test, the database is copied anew from the migrated template.
"""

from __future__ import annotations

import base64
import fcntl
import gc
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from tests import chromium, dovecot

ROOT = Path(__file__).parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _prepare_environment() -> None:
    """The run's own settings; nothing of the developer's. The workers of xdist inherit them.

    Compiled files are kept, whatever the machine's habit: each of the hundred processes that a run starts would
    else compile the whole house anew.
    """
    sys.dont_write_bytecode = False
    gc.disable()  # until the tests are collected: what is read by then stays
    if WORKER:
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in [
        name for name in os.environ if name.startswith("LIANGLIN_") or name in ("DATABASE_URL", "PORT")
    ]:
        del os.environ[name]
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "lianglin.project.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's event loop runs in the tests' own thread
        "LIANGLIN_DATA": tempfile.mkdtemp(prefix="lianglin-test-", dir="/tmp"),
        "LIANGLIN_QUIET_HOURS": "00:00-00:00",  # by night tests run as by day
        "LIANGLIN_SECRET_KEY": secrets.token_urlsafe(48),
        "LIANGLIN_FIELD_KEYS": f"1:{key}",
        "LIANGLIN_MATCH_KEY": key,
        "LIANGLIN_SIGNING_KEYS": f"1:{key}",
    }


_prepare_environment()
DATA = Path(os.environ["LIANGLIN_DATA"])

# Django and whatever stands on it reads the environment made above: hence not at the head of the file.
import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import TestCase, TransactionTestCase  # noqa: E402
from django.utils import translation  # noqa: E402
from tests import handlers, kept, roles  # noqa: E402
from tests.assessed import assess, put_days  # noqa: E402
from tests.scale import cluster  # noqa: E402

from lianglin.kit import fresh, live  # noqa: E402
from lianglin.project import database, embedded  # noqa: E402

TEMPLATE = database.NAME
MINE = f"test_{WORKER or 'main'}"
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "150",
}
# How fast this machine makes examples is no promise of ours.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TransactionTestCase.databases = frozenset(roles.ALIASES)
for _alias in roles.ALIASES:
    settings.DATABASES[_alias]["OPTIONS"].pop("pool", None)
for _folder in (settings.PUBLIC_FILES, settings.STATIC_ROOT):
    _folder.mkdir(exist_ok=True)
django.setup()  # before the conftests of folders, which import models
handlers.install()
kept.install()


# --- what comes first ---------------------------------------------------------------------------------------

LONGEST = (
    "tests/journeys/",
    "tests/failure/test_drill.py",
    "src/lianglin/engines/eligibility/",
    "tests/failure/test_upgrade.py",
    "tests/setup/test_demo.py",
    "tests/contracts/test_routes.py",
    "tests/setup/test_city.py",
    "tests/attacks/",
    "tests/failure/",
    "tests/contracts/",
    "tests/setup/",
    "tests/",
)
"""What takes longest begins first; what is short fills up the workers at the end, so that none waits for another."""


def turn(item: pytest.Item) -> int:
    """Where in the run an item's file stands; files with the same turn keep their order."""
    path = item.path.relative_to(ROOT).as_posix()
    return next((at for at, long in enumerate(LONGEST) if path.startswith(long)), len(LONGEST))


# --- what is left out, and why -----------------------------------------------------------------------------

LEFT_OUT = pytest.StashKey[dict[str, int]]()


def missing(marker: str) -> str:
    """What this machine lacks for tests of this marker, and how to get it; "" when nothing."""
    if marker == "browser" and chromium.PATH is None:
        return "no chromium (Debian: apt-get install chromium fonts-noto-cjk)"
    if marker == "imap" and dovecot.PATH is None:
        return "no dovecot (Debian: apt-get install dovecot-imapd)"
    if marker == "scale" and (cluster.ETCD is None or cluster.packages() is None):
        return "no etcd or no Patroni (make test-scale installs them; Debian: apt-get install etcd-server)"
    if marker == "root" and os.geteuid() != 0:
        return "not run by root"
    return ""


@pytest.hookimpl(
    wrapper=True
)  # before pytest-xdist reads the groups, and after pytest-django has put its order
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Leaves out the full matrices unless asked for, and what this machine cannot run, which is then named.

    A package's module whose scene is built once goes to one worker whole, so that it is built once in a run. The
    large matrices in ``tests`` are spread, and build theirs once in each worker.
    """
    for item in items:
        built_once = "lasting" in getattr(item, "fixturenames", ())
        if (
            built_once
            and not item.get_closest_marker("xdist_group")
            and item.path.is_relative_to(ROOT / "src")
        ):
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))
    config.stash[LEFT_OUT] = {}
    kept, gone = [], []
    for item in items:
        # asked for by name only: make test-scale
        if item.get_closest_marker("scale") and "scale" not in config.option.markexpr:
            gone.append(item)
            continue
        lacking = next(
            (
                f"{name}: {missing(name)}"
                for name in ("browser", "imap", "root", "scale")
                if item.get_closest_marker(name) and missing(name)
            ),
            "",
        )
        if lacking:
            config.stash[LEFT_OUT][lacking] = config.stash[LEFT_OUT].get(lacking, 0) + 1
        deep = item.get_closest_marker("deep") and "deep" not in config.option.markexpr
        (gone if lacking or deep else kept).append(item)
    if config.stash[LEFT_OUT] and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"With CI=true no test may be left out: {'; '.join(config.stash[LEFT_OUT])}")
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = kept
    yield
    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """From here on there is garbage to look for: seldom, and not among what was imported and collected."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Names what was left out for want of something on this machine."""
    for lacking, count in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f"LEFT OUT {count} tests, {lacking}", yellow=True)


def pytest_report_header() -> list[str]:
    """The machine's part of the answer to "why not here"."""
    lacking = [f"{name}: {missing(name)}" for name in ("browser", "root") if missing(name)]
    return [f"left out here: {text}" for text in lacking]


def pytest_unconfigure() -> None:
    """Ends the run's server and removes its folder, when everybody has left."""
    if not WORKER:
        embedded.shut_down(DATA / "pg")
        shutil.rmtree(DATA, ignore_errors=True)


# --- the database ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[embedded.Server]:
    """The run's embedded server with the migrated template, shared by all its processes."""
    with embedded.Server.start(DATA / "pg", settings=SERVER_SETTINGS) as server:
        with (DATA / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (DATA / "template.made").exists():
                lianglin = [sys.executable, "-m", "lianglin.project.cli"]
                made = subprocess.run([*lianglin, "migrate"], capture_output=True, text=True, timeout=300)
                assert made.returncode == 0, made.stderr
                put_days(server.dsn(dbname=TEMPLATE))
                assess(server.dsn(dbname=TEMPLATE))
                (DATA / "template.made").touch()
        yield server


@pytest.fixture(scope="session")
def static_files() -> None:
    """Static files collected and compressed as in service: for tests that look at what a browser loads."""
    from lianglin.project import environment, web

    with (DATA / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        web.collect_static(environment.current())


@pytest.fixture(scope="session")
def filled_demo() -> Path:
    """The data folder of a demo's first start, made once a run and ended again; copy it, and start from there.

    What that start printed lies beside it, in a file that ends with ``.log``.
    """
    from tests.started import fill

    folder = DATA / "demo"
    with (DATA / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (said := folder.with_suffix(".log")).exists():
            text = fill(folder)
            said.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def city_map() -> Path:
    """The folder of the demo city's map, drawn once a run: a start of the demo that is given a copy draws none."""
    from lianglin.places.seed import load

    with (DATA / "city.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return load.draw(DATA / "city", seed=1)


def _copy_template(admin: psycopg.Connection) -> None:
    """A copy needs the template alone; a test that looks at the house from outside connects to it for moments."""
    for turn in range(60):
        try:
            admin.execute(f'create database "{MINE}" template "{TEMPLATE}" owner lianglin_owner')
            return
        except psycopg.errors.ObjectInUse:
            time.sleep(0.25)
            if turn >= 20:  # nobody works in it: a connection that stays was forgotten
                admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and state = 'idle'",
                    [TEMPLATE],
                )
    raise RuntimeError(f"The database {TEMPLATE} is held by somebody: see pg_stat_activity.")


def renew(server: embedded.Server) -> None:
    """Makes this process's test database anew from the template."""
    for alias in roles.ALIASES:
        connections[alias].close()
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f'drop database if exists "{MINE}" with (force)')
        _copy_template(admin)
        admin.execute(f'revoke temporary on database "{MINE}" from public')


@pytest.fixture(scope="session")
def django_db_setup(
    postgres: embedded.Server, static_files: None, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Points Django at this process's own copy of the template; replaces pytest-django's own."""
    from lianglin.kit import calendar

    with django_db_blocker.unblock():
        for alias in roles.ALIASES:
            connections[alias].settings_dict.update(USER=embedded.ADMIN, PASSWORD="", NAME=MINE)
        renew(postgres)
        # read once: no test counts a query that another one did not make
        live.FRESH_SECONDS = calendar.FRESH_SECONDS = float("inf")
        live.refresh()
        roles.install()
        TransactionTestCase._fixture_teardown = lambda case: renew(postgres)
        yield
        for alias in roles.ALIASES:
            connections[alias].close()


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around the tests of a module, for a scene that is built once.

    Each of them asks for ``db`` as well, whose transaction is a savepoint in this one: what a test writes is gone
    after it, the scene stays. Not for modules with ``transactional_db``. The database's ``now()`` stands still.
    """
    with django_db_blocker.unblock():
        blocks = TestCase._enter_atomics()  # pyright: ignore[reportAttributeAccessIssue] - as TestCase does for a class
        yield
        TestCase._rollback_atomics(blocks)  # pyright: ignore[reportAttributeAccessIssue]


@pytest.fixture(scope="module")
def committed(django_db_setup: None, postgres: embedded.Server, django_db_blocker: Any) -> Iterator[None]:
    """For a module whose tests share what is committed: the database is made anew after the last of them."""
    with django_db_blocker.unblock():
        yield
        renew(postgres)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No test reads what another one left in this process, nor in the language of its last page."""
    translation.activate(settings.LANGUAGE_CODE)
    fresh.forget_all()
    handlers.forget()


@pytest.fixture
def connect_as(postgres: embedded.Server, db: None) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Opens real connections to the test's database as a login role: ``connect_as("app")``, "owner", "worker".

    They see what is committed: use it with ``transactional_db``.
    """
    made: list[psycopg.Connection] = []

    def connect(role: str) -> psycopg.Connection:
        made.append(psycopg.connect(postgres.dsn(database.login(role), MINE), autocommit=True))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


@pytest.fixture
def owner_connection(connect_as: Callable[[str], psycopg.Connection]) -> psycopg.Connection:
    """A connection as lianglin_owner, the role of the migrations. Sees what is committed."""
    return connect_as("owner")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The worker's one browser, shared by all who drive one; each makes contexts of its own in it."""
    with chromium.launched() as running:
        yield running
