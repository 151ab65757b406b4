"""Pure rules of attachments: what is taken, how much of it, and what names they get."""

from __future__ import annotations

import re
import unicodedata

MEGABYTE = 1024 * 1024
MAX_FILE = 10 * MEGABYTE
MAX_FILES = 6
"""Attachments of one case, and of one form."""
MAX_REQUEST = MAX_FILES * MAX_FILE + 2 * MEGABYTE
"""A body longer than this is not read to its end: everything a form may carry, and its other fields."""
LONGEST_SIDE = 2560
SMALL_SIDE = 480
"""Longest side in pixels of a stored picture and of its small copy for lists."""
MAX_PIXELS = {"JPEG": 80_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
"""Pixels that may be unpacked: a small file can hold a picture that fills the memory."""
MAX_PIXELS_PROGRESSIVE = 40_000_000
"""A progressive JPEG is held in memory whole, however small it is then drawn."""

JPEG, PDF = "image/jpeg", "application/pdf"
EXTENSIONS = {JPEG: "jpg", PDF: "pdf"}
"""What is stored: every picture becomes a JPEG, a PDF stays a PDF."""

_NAME = re.compile(r"[0-9a-f]{32}")
_LONGEST_STEM = 60


def sniff(data: bytes) -> str:
    """The kind of a file by its first bytes: "JPEG", "PNG", "WEBP", "PDF", "HEIC", or "" for anything else.

    Neither the name nor the sender's content type is asked.
    """
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:5] == b"%PDF-":
        return "PDF"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        return "HEIC"
    return ""


def is_stored_name(name: str) -> bool:
    """Whether this can be the name of a stored file (32 hexadecimal digits)."""
    return bool(_NAME.fullmatch(name))


def clean_name(given: str, content_type: str) -> str:
    """The sender's file name, fit to be shown: no folders, no control or direction marks, our own extension."""
    text = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(c for c in text if unicodedata.category(c)[0] not in "CZ" or c == " ")
    stem = text.rsplit(".", 1)[0].strip(" .")[:_LONGEST_STEM].strip(" .")
    return f"{stem or 'file'}.{EXTENSIONS[content_type]}"
