"""Where mail is fetched from, behind one port: a folder (maildir), or IMAP over TLS. Standard library only."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

SECONDS, LARGEST = 20, 25 * 1024**2


class Mailbox(Protocol):
    """A mailbox: what is new, each with a key by which it is then marked as taken."""

    def new(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """(key, raw mail), at most ``limit``."""
        ...

    def taken(self, key: str) -> None:
        """It is kept here now: not given again."""
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


class Imap:
    """A mailbox at a server (imaps, with its login in the address); what is taken is marked as seen."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._link = imaplib.IMAP4_SSL(parts.hostname or "", parts.port or 993, timeout=SECONDS)
        self._link.login(unquote(parts.username or ""), unquote(parts.password or ""))
        self._link.select(parts.path.strip("/") or "INBOX")

    def new(self, limit: int) -> Iterator[tuple[str, bytes]]:
        _said, found = self._link.uid("search", "UNSEEN")
        for uid in (found[0] or b"").split()[:limit]:
            _said, parts = self._link.uid("fetch", uid.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            yield uid.decode(), raw

    def taken(self, key: str) -> None:
        self._link.uid("store", key, "+FLAGS", r"(\Seen)")


def opened(address: str) -> Mailbox | None:
    """The mailbox of LIANGLIN_MAIL_INTAKE; None when none is set. OSError or imaplib's error when it does not answer."""
    if not address:
        return None
    if address.startswith("imaps://"):
        return Imap(address)
    return Folder(Path(address.removeprefix("maildir:")))
