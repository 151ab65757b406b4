"""Errors that a person reads: what was wrong, where, what to do."""

from __future__ import annotations

from typing import Any


class HouseError(Exception):
    """Base of the errors a page or the API shows as they are. ``status`` is the HTTP status.

    ``title`` is what the API calls this kind of problem; "": the name of the class.
    """

    status = 400
    title = ""

    def __init__(self, message: Any, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message, self.field, self.code = message, field, code


class Refused(HouseError):
    """The rules do not allow it now (wrong state, missing field)."""

    status = 422


class Forbidden(HouseError):
    """This post may not do it."""

    status = 403


class Missing(HouseError):
    """There is no such thing, or none that this post may know of."""

    status = 404
    title = "Not found"


class Conflict(HouseError):
    """Somebody else was first: reload and look again."""

    status = 409


class TooMany(HouseError):
    """Too many tries; wait. ``code`` holds the seconds to wait."""

    status = 429


class Nobody(HouseError):
    """A typed request that no installed domain answers."""

    status = 501
