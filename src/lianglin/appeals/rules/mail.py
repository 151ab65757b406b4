"""A mail as a draft of an appeal: who wrote, what, with what papers; and which mails are none. Pure, standard library."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

LONGEST, MOST_FILES = 4000, 6
_AUTOMATIC = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounce)[^@]*@", re.I)
_QUOTED = re.compile(
    r"^(>.*|-{2,}\s*(原始邮件|Original Message).*|在.{4,80}写道：|On .{4,120} wrote:)$", re.I
)


@dataclass(frozen=True)
class Mail:
    """What is taken from a mail; ``key`` is its Message-ID, or what stands for one."""

    key: str
    name: str
    address: str
    subject: str
    text: str
    sent_at: datetime | None
    files: tuple[tuple[str, str, bytes], ...]
    """(name, type, data)"""
    left_out: int = 0
    """Papers that were cut off or are too many."""


def automatic(message: EmailMessage, own: str) -> bool:
    """Whether a machine sent it, a list, or we ourselves: answering such a mail makes a loop (RFC 3834)."""
    sent = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    bulk = str(message.get("Precedence", "")).strip().lower() in ("bulk", "list", "junk", "auto_reply")
    marks = any(
        message.get(name) for name in ("List-Id", "X-Auto-Response-Suppress", "X-Autoreply", "X-Loop")
    )
    address = parseaddr(_header(message, "From"))[1].lower()
    nobody = str(message.get("Return-Path", "x")).strip() == "<>"
    report = message.get_content_type() == "multipart/report"
    ours = bool(own) and address == own.lower()
    return sent != "no" or bulk or marks or nobody or report or ours or bool(_AUTOMATIC.match(address))


_BROKEN = (ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError)
"""What the standard library raises over headers and parts that keep to no standard."""


def read(raw: bytes, *, own: str = "", cut: bool = False) -> Mail | None:
    """The mail; None for one that no person wrote, or in which nothing is. ``cut``: its end is missing.

    A mail that keeps to no standard is taken as far as it can be read: a person looks at it, nothing is thrown away.
    """
    try:
        return _read(message_from_bytes(raw, policy=policy.default), own, cut)
    except _BROKEN:
        return _rescued(raw)


def _read(message: EmailMessage, own: str, cut: bool) -> Mail | None:
    if automatic(message, own):
        return None
    name, address = parseaddr(_header(message, "From"))
    key = _header(message, "Message-ID")
    subject = " ".join(_header(message, "Subject").split())[:80]
    try:
        sent = message["Date"].datetime if message["Date"] else None
    except _BROKEN:
        sent = None
    text, files = _text(message), _files(message)
    if not (text or subject or files):
        return None
    taken = files[: -1 if cut else None][:MOST_FILES]  # what was cut off in the middle is none
    return Mail(
        key=key or f"{address}\n{_header(message, 'Date')}\n{subject}\n{text}", name=name[:60], address=address[:120],
        subject=subject, text=text, sent_at=sent if sent and sent.tzinfo else None, files=taken,
        left_out=len(files) - len(taken),
    )  # fmt: skip


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "")).replace("\0", "").strip()
    except _BROKEN:
        found = re.search(
            rf"(?im)^{name}:[ \t]*(.*(?:\r?\n[ \t].*)*)",
            message.as_bytes(policy=policy.compat32).decode(errors="replace"),
        )
        return found.group(1).replace("\0", "").strip() if found else ""


def _rescued(raw: bytes) -> Mail:
    """A mail that no parser reads: its words as they came, under the digest of its bytes."""
    text = raw[:LONGEST].decode("utf-8", "replace").replace("\0", "").strip()
    return Mail(hashlib.sha256(raw).hexdigest(), "", "", "", text, None, ())


def _text(message: EmailMessage) -> str:
    """What the person wrote: plain text before HTML, without what is quoted below it."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        sent = part.get_payload(decode=True)
        text = sent.decode("gb18030", "replace") if isinstance(sent, bytes) else ""
    if part.get_content_type() == "text/html":
        text = re.sub(r"(?is)<(style|script).*?</\1>", "", text)
        text = re.sub(r"(?s)<[^>]+>", "", re.sub(r"(?i)<(br|/p|/div)[^>]*>", "\n", text))
    lines = []
    for line in text.replace("\0", "").splitlines():
        if _QUOTED.match(line.strip()):
            if not line.strip().startswith(">"):
                break
            continue
        lines.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST]


def _files(message: EmailMessage) -> tuple[tuple[str, str, bytes], ...]:
    found = []
    for part in message.iter_attachments():
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data:
            found.append((str(part.get_filename() or "")[:100], part.get_content_type(), data))
    return tuple(found)
