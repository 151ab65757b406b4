"""Serving the pages: granian's processes around the WSGI application, and the static files they hand out."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
from typing import Any

from lianglin.project import doorway
from lianglin.project.attach import setup_django
from lianglin.project.doorway import Doorway
from lianglin.project.environment import Environment
from lianglin.project.errors import SetupError
from lianglin.project.processes import follow_parent

THREADS = 2
"""Requests that one web process works on at a time; each takes a database connection."""
STAMP = ".collected"
ARENAS = 2
"""Heaps of a web process. The C library would give every second thread one of its own, and a storm makes many threads."""
WEIGHED = 30
"""Seconds between two looks at what the processes hold."""
BESIDE = 10.0
"""Seconds that a process serves on beside the one that takes its place: until that has loaded, and listens."""
M_ARENA_MAX = -8
"""The number of that choice in glibc's malloc.h."""


def application_loader() -> Any:
    """The application behind its doorway, inside a web process, which ends with the process that started it.

    Until granian listens for it, SIGTERM simply ends the process: the handler it inherited would not.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from django.urls import get_resolver

    from lianglin.kit import mishaps, wordlists
    from lianglin.project import closed
    from lianglin.project.wsgi import application

    _few_arenas()
    follow_parent()
    closed.watch.begin()
    wordlists.join()
    mishaps.start()
    get_resolver().url_patterns  # noqa: B018 - loads every view now: what is broken shows at the start
    return Doorway(application, places=THREADS)


def _few_arenas() -> None:
    """Keeps what is freed in one place, where the next thread finds it; MALLOC_ARENA_MAX counts where it is set."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(M_ARENA_MAX, ARENAS)


def serve(env: Environment) -> None:
    """Serves until told to stop."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    collect_static(env)
    Granian(
        "lianglin.project.web:application_loader",
        factory=True,
        address=env.bind,
        port=env.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=env.web_workers,
        blocking_threads=THREADS + doorway.WAITING + doorway.SPARE,
        workers_kill_timeout=15,
        workers_max_rss=env.web_memory,
        rss_sample_interval=WEIGHED,
        respawn_failed_workers=True,
        respawn_interval=BESIDE,
        log_dictconfig=_logging(),
    ).serve()


def _logging() -> dict[str, Any]:
    setup_django()
    from django.conf import settings

    own = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        **settings.LOGGING,
        "loggers": {**settings.LOGGING["loggers"], "_granian": own, "granian.access": own},
    }


def collect_static(env: Environment) -> bool:
    """Gathers, names by content and compresses the static files, when any changed. True when it did."""
    setup_django()
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    settings.PUBLIC_FILES.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    names = set()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = (name, storage.size(name), storage.get_modified_time(name).timestamp())
            digest.update(repr(stat).encode())
            names.add(name)
    if not any(name.startswith("dist/") for name in names):
        raise SetupError("The front end is not built (kit/static/dist is missing). Run “make install”.")
    stamp = settings.STATIC_ROOT / STAMP
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())
    return True
