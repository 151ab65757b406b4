"""The database backend (``ENGINE``): Django's own, but for how a pooled connection is looked at before it is used.

Django's pool asks the server something empty before each request, twice where the throttle has its own connection;
that is a twelfth of what sending a report costs. A server that ended or closed the connection has left something to
read on the socket, so only then is it asked.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


def still_there(connection: Any) -> None:
    """Raises psycopg's OperationalError for a connection that its server has closed; the pool then makes another."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)


class DatabaseWrapper(base.DatabaseWrapper):
    """See the module."""

    @property
    def pool(self) -> ConnectionPool | None:
        """Django's pool of this alias."""
        pool = super().pool
        if pool is not None and pool._check is not None:
            pool._check = still_there  # Django hands its own check to the pool and leaves no room for another
        return pool
