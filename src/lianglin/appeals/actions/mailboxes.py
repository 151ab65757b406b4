"""Where mail is fetched from, behind one port: a folder (maildir), or IMAP over TLS. Standard library only."""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from lianglin.kit import clock

SECONDS, LARGEST = 20, 25 * 1024**2
TAKEN = "LianglinTaken"
"""Keyword at the server of a mail that is kept here: whether a person has read it meanwhile says nothing of that."""
LOOKED_BACK = timedelta(days=14)
"""So far back a mail that somebody has read at the server is taken all the same; one that nobody has read always is."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
GONE = (OSError, imaplib.IMAP4.error)
"""What a server raises that is away, goes away, or does not let us in."""


class Mailbox(Protocol):
    """A mailbox: what is new, each with a key by which it is then marked as taken."""

    def new(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """(key, raw mail up to :data:`LARGEST` bytes), at most ``limit``."""
        ...

    def taken(self, key: str) -> None:
        """It is kept here for good now (committed): not given again."""
        ...

    def close(self) -> None:
        """Lets go of the server."""
        ...


class Folder:
    """A maildir: what is taken moves from new to cur, seen."""

    def __init__(self, path: Path) -> None:
        self._box = mailbox.Maildir(path, create=True)

    def new(self, limit: int) -> Iterator[tuple[str, bytes]]:
        keys = [key for key in self._box.iterkeys() if self._box.get_message(key).get_subdir() == "new"]
        for key in sorted(keys)[:limit]:
            yield key, self._box.get_bytes(key)[:LARGEST]

    def taken(self, key: str) -> None:
        message = self._box.get_message(key)
        message.set_subdir("cur")
        message.add_flag("S")
        self._box[key] = message

    def close(self) -> None:
        self._box.close()


class Imap:
    """A mailbox at a server (imaps, with its login in the address); its certificate is checked.

    What is taken gets a keyword of our own, and is marked as seen. A server that keeps no keywords is asked for what
    is unseen alone: there, nobody but this platform should open the mailbox.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        trust = ssl.create_default_context()
        self._link = imaplib.IMAP4_SSL(
            parts.hostname or "", parts.port or 993, timeout=SECONDS, ssl_context=trust
        )
        try:
            self._link.login(unquote(parts.username or ""), unquote(parts.password or ""))
            said, answer = self._link.select(_quoted(unquote(parts.path.strip("/")) or "INBOX"))
            if said != "OK":
                raise imaplib.IMAP4.error(f"no such folder: {answer}")
        except BaseException:
            self._link.shutdown()
            raise
        _name, kept = self._link.response("PERMANENTFLAGS")
        self._keeps_keywords = any(rb"\*" in one for one in kept if isinstance(one, bytes))

    def new(self, limit: int) -> Iterator[tuple[str, bytes]]:
        _said, found = self._link.uid("search", *self._wanted(clock.today()))
        for uid in (found[0] or b"").split()[:limit]:
            _said, parts = self._link.uid("fetch", uid.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if raw is not None:  # else somebody moved it away meanwhile: it is theirs
                yield uid.decode(), raw

    def _wanted(self, today: date) -> list[str]:
        if not self._keeps_keywords:
            return ["UNSEEN"]
        since = today - LOOKED_BACK
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        return ["UNKEYWORD", TAKEN, "UNDELETED", "OR", "UNSEEN", "SINCE", day]

    def taken(self, key: str) -> None:
        flags = rf"(\Seen {TAKEN})" if self._keeps_keywords else r"(\Seen)"
        self._link.uid("store", key, "+FLAGS", flags)

    def close(self) -> None:
        try:
            self._link.logout()
        except GONE:
            with suppress(*GONE):  # it was gone already
                self._link.shutdown()


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def opened(address: str) -> Mailbox | None:
    """The mailbox of LIANGLIN_MAIL_INTAKE; None when none is set. One of :data:`GONE` when it does not answer."""
    if not address:
        return None
    if address.startswith("imaps://"):
        return Imap(address)
    return Folder(Path(address.removeprefix("maildir:")))
