"""A mail as a draft of an appeal: who wrote, what, with what papers; and which mails are none. Pure, standard library."""

from __future__ import annotations

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


def automatic(message: EmailMessage, own: str) -> bool:
    """Whether a machine sent it, a list, or we ourselves: answering such a mail makes a loop (RFC 3834)."""
    sent = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    bulk = str(message.get("Precedence", "")).strip().lower() in ("bulk", "list", "junk", "auto_reply")
    marks = any(
        message.get(name) for name in ("List-Id", "X-Auto-Response-Suppress", "X-Autoreply", "X-Loop")
    )
    address = parseaddr(str(message.get("From", "")))[1].lower()
    nobody = not address or str(message.get("Return-Path", "x")).strip() == "<>"
    report = message.get_content_type() == "multipart/report"
    ours = bool(own) and address == own.lower()
    return sent != "no" or bulk or marks or nobody or report or ours or bool(_AUTOMATIC.match(address))


def read(raw: bytes, *, own: str = "") -> Mail | None:
    """The mail; None for one that no person wrote."""
    message = message_from_bytes(raw, policy=policy.default)
    if automatic(message, own):
        return None
    name, address = parseaddr(str(message.get("From", "")))
    key = str(message.get("Message-ID", "")).strip()
    subject = " ".join(str(message.get("Subject", "")).replace("\0", "").split())[:80]
    try:
        sent = message["Date"].datetime if message["Date"] else None
    except (AttributeError, ValueError):
        sent = None
    text = _text(message)
    return Mail(
        key=key or f"{address}\n{subject}\n{text}", name=name.replace("\0", "")[:60], address=address[:120],
        subject=subject, text=text, sent_at=sent if sent and sent.tzinfo else None, files=_files(message),
    )  # fmt: skip


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
    return tuple(found[:MOST_FILES])
