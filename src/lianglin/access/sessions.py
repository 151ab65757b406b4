"""Sessions as Django keeps them in the database, read with a plain statement: every request asks for its own.

What is known about a login (:class:`~lianglin.access.models.LoginSession`) follows its session under a new key and
goes when it goes. Keys are made and deleted as the login role.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from lianglin.access import visits
from lianglin.access.models import LoginSession


class SessionStore(DatabaseStore):
    """Django's own store but for how a session is looked up, and for the login beside it."""

    login: visits.Login = visits.UNREAD

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and the key forgotten, when there is none in force."""
        found = visits.session_of(self.session_key or "")
        if found is None:
            self._session_key = None
            return {}
        data, self.login = found
        return self.decode(data)

    def cycle_key(self) -> None:
        """The same contents under a new key; the login beside it moves along."""
        data, old = self._session, self.session_key
        self.create()
        self._session_cache = data
        if old:
            LoginSession.objects.filter(session_key=old).update(session_key=self.session_key)
            self.delete(old)

    def delete(self, session_key: str | None = None) -> None:
        """Forgets the session and the login beside it."""
        if key := session_key or self.session_key:
            LoginSession.objects.filter(session_key=key).delete()
        super().delete(session_key)
