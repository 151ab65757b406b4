"""A PDF is kept as it is, but only a quiet one: no scripts, no files inside, nothing that starts a program.

This is a second line: a PDF is always served as a download under a sandbox, never shown in a page.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

FORBIDDEN = (b"/JavaScript", b"/EmbeddedFile", b"/Launch", b"/RichMedia", b"/XFA", b"/Encrypt")
"""Long enough not to turn up by chance in packed data. What is encrypted cannot be looked into."""
SHORT = re.compile(rb"/(?:JS|AA|GoToE|GoToR|SubmitForm|ImportData)(?![A-Za-z0-9])")
"""Looked for outside of packed data only, where chance does not make them."""
ODD_FILTERS = (b"/ASCIIHexDecode", b"/ASCII85Decode", b"/LZWDecode", b"/RunLengthDecode", b"/Crypt")
MOST_STREAMS = 20_000
MOST_UNPACKED, MOST_PER_STREAM = 64 * 1024 * 1024, 4 * 1024 * 1024

_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_END = b"endstream"
_ZIP_END = b"PK\x05\x06"
_PIECE = 64 * 1024


def complaint(data: bytes) -> str:
    """What is wrong with these bytes as a PDF: "damaged", "mixed" (another format as well), "active", or "".

    Names may be written with escapes (/J#61vaScript) and objects may be packed: both are undone first.
    """
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-") or end < 0:
        return "damaged"
    if data[end + 5 :].strip(b"\r\n \t\0") or _ZIP_END in data[-66_000:]:
        return "mixed"
    return "active" if _is_active(data) else ""


def _is_active(data: bytes) -> bool:
    plain = _unescape(data)
    if _names_forbidden(plain):
        return True
    outside = _outside_streams(plain)
    if SHORT.search(outside):
        return True
    if b"/ObjStm" in outside and any(name in outside for name in ODD_FILTERS):
        return True  # objects packed in a way that is not undone here
    return any(part is None or _names_forbidden(_unescape(part)) for part in _unpacked(data))


def _names_forbidden(data: bytes) -> bool:
    return any(name in data for name in FORBIDDEN)


def _unescape(data: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)


def _outside_streams(data: bytes) -> bytes:
    """What stands between the streams; a stream without an end counts as standing outside."""
    parts, at = [], 0
    while start := _STREAM.search(data, at):
        end = data.find(_END, start.end())
        if end < 0:
            break
        parts.append(data[at : start.start()])
        at = end + len(_END)
    return b" ".join([*parts, data[at:]])


def _unpacked(data: bytes) -> Iterator[bytes | None]:
    """The beginning of every packed stream; None where there is more than can be looked through."""
    left, view = MOST_UNPACKED, memoryview(data)
    for number, start in enumerate(_STREAM.finditer(data)):
        if number >= MOST_STREAMS or left <= 0:
            yield None
            return
        part, whole = _inflate(view[start.end() :], min(left, MOST_PER_STREAM))
        left -= len(part)
        yield part
        head = _unescape(data[max(0, start.start() - 2000) : start.start()]).rsplit(b"obj", 1)[-1]
        if not whole and b"/ObjStm" in head:
            yield None


def _inflate(packed: memoryview, most: int) -> tuple[bytes, bool]:
    """What unpacks, at most so much, and whether that is all. Other packings (a photograph) give nothing."""
    unpacker, out, at = zlib.decompressobj(), bytearray(), 0
    try:
        while not unpacker.eof and at < len(packed) and len(out) < most:
            out += unpacker.decompress(packed[at : at + _PIECE], most - len(out))
            at += _PIECE
    except zlib.error:
        return bytes(out), True
    return bytes(out), unpacker.eof or len(out) < most
