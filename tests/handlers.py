"""One chain of middleware per test: a browser of Django's test client costs next to nothing.

By itself each new ``Client`` loads the middleware anew with its first request, and WhiteNoise then reads and
describes every static file: 13 ms of a request's 15. A service loads it once per process. Here every client of a
test shares one chain; it is loaded anew in the next test, and when a test changes a setting. Files that were
described once are described again only when they have changed on the disk.
"""

from __future__ import annotations

import os
from typing import Any

from django.core.signals import setting_changed
from django.test.client import ClientHandler
from whitenoise.base import WhiteNoise
from whitenoise.responders import StaticFile

PARTS = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")

_loaded: dict[bool, dict[str, Any]] = {}
_described: dict[tuple[Any, ...], StaticFile] = {}


def forget(**ignored: Any) -> None:
    """The next client loads the middleware."""
    _loaded.clear()


def install() -> None:
    """Called once per test process."""
    load, describe = ClientHandler.load_middleware, WhiteNoise.get_static_file

    def load_middleware(handler: ClientHandler, is_async: bool = False) -> None:
        if is_async not in _loaded:
            load(handler, is_async)
            _loaded[is_async] = {part: getattr(handler, part) for part in PARTS}
        vars(handler).update(_loaded[is_async])

    def get_static_file(noise: WhiteNoise, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        found = stat_cache[path] if stat_cache else os.stat(path)
        key = (path, url, noise.max_age, found.st_mtime_ns, found.st_size, found.st_ino)
        if key not in _described:
            _described[key] = describe(noise, path, url, stat_cache)
        return _described[key]

    ClientHandler.load_middleware = load_middleware
    WhiteNoise.get_static_file = get_static_file
    setting_changed.connect(forget, dispatch_uid="tests.handlers")
