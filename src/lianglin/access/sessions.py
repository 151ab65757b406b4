"""Sessions as Django keeps them in the database, read with a plain statement: every request asks for its own."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from lianglin.access import queries


class SessionStore(DatabaseStore):
    """Django's own store but for how a session is looked up."""

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and the key forgotten, when there is none in force."""
        data = queries.session_data(self.session_key or "")
        if data is None:
            self._session_key = None
            return {}
        return self.decode(data)
