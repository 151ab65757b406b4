"""Errors of starting and stopping: one plain sentence that says what is wrong and what to do."""

from __future__ import annotations


class SetupError(Exception):
    """The command line prints the message alone, without a traceback, and exits with status 1."""


class NoBinary(SetupError):
    """PostgreSQL's programs are not installed."""


class WrongVersion(SetupError):
    """The data folder was made by another major version of PostgreSQL."""


class DiskFull(SetupError):
    """Not enough room to make, start or fill the database."""


class NoAccess(SetupError):
    """A file or folder that this user may not read or write, or a disk that refuses."""


class Busy(SetupError):
    """Something else holds the folder, the port or the server."""


class NotOurs(SetupError):
    """The folder belongs to somebody else or holds something else."""


class Closed(SetupError):
    """The database was restored and lets nobody in yet."""
