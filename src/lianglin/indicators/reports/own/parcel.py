"""Opening a Word file that somebody brought: what it holds is looked at before anything reads it. No Django.

A .docx is a zip of XML. Refused: what is none, what unpacks to more than a document can be, parts that run (macros, OLE,
ActiveX), parts fetched from elsewhere (attached templates, linked pictures, included files), DTDs and entities, names
that lead out of the file, pictures that are too large.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL import Image

from lianglin.kit.zips import BROKEN

LARGEST = 5_000_000
"""Bytes of a template; the offices' own are under one."""
UNPACKED, PART, PARTS = 40_000_000, 8_000_000, 400
"""Bytes of all parts and of one XML part; how many parts."""
PICTURE, PIXELS = 3_000_000, 25_000_000
"""Bytes and pixels of one picture."""
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RUNS = (
    "vbaproject",
    "vbadata",
    "activex",
    "oleobject",
    "embeddings/",
    "customui",
    "macrosheets",
    "attachedtoolbars",
)
PICTURES = (".png", ".jpeg", ".jpg", ".gif", ".bmp")
XML = (".xml", ".rels")
TEXTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
"""The parts in which placeholders are filled."""
FIELDS = re.compile(
    r"\b(DDEAUTO|DDE|INCLUDEPICTURE|INCLUDETEXT|LINK|MACROBUTTON|IMPORT|DATABASE)\b", re.IGNORECASE
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
LINK = "/hyperlink"


class Unsafe(Exception):
    """The file is not taken: a code (see sayings.py), the part it is about, and a number where one helps."""

    def __init__(self, code: str, part: str = "") -> None:
        super().__init__(code)
        self.code, self.part = code, part


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a part: where it stands, in words the reader can count, and its text however it was split."""

    part: str
    number: int
    text: str


def opened(content: bytes, name: str = "") -> list[Paragraph]:
    """The paragraphs of a safe Word file, in order; Unsafe says why it is not one."""
    if len(content) > LARGEST:
        raise Unsafe("large")
    if name.lower().endswith((".docm", ".dotm", ".doc", ".dot", ".wps", ".rtf", ".odt")):
        raise Unsafe("kind", name.rpartition(".")[2].lower())
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _looked_through(packed)
    except BROKEN:
        raise Unsafe("broken") from None


def _looked_through(packed: zipfile.ZipFile) -> list[Paragraph]:
    entries = packed.infolist()
    _names(entries)
    if len(entries) > PARTS or sum(entry.file_size for entry in entries) > UNPACKED:
        raise Unsafe("bomb")
    paragraphs: list[Paragraph] = []
    for entry in entries:
        low = entry.filename.lower()
        if low.endswith("/"):
            continue
        if low.endswith(XML):
            tree = _tree(packed, entry)
            _part(low, tree)
            if TEXTS.fullmatch(low):
                paragraphs += _paragraphs(low, tree)
        elif low.startswith("word/media/"):
            _picture(packed, entry)
    if not any(one.part == "word/document.xml" for one in paragraphs):
        raise Unsafe("broken")
    return paragraphs


def _names(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name, low = entry.filename, entry.filename.lower()
        if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/"):
            raise Unsafe("path", name[:60])
        if low in seen:
            raise Unsafe("twice", name[:60])
        seen.add(low)
        if any(word in low for word in RUNS):
            raise Unsafe("runs", name[:60])
        if entry.flag_bits & 0x1:
            raise Unsafe("locked")
        if entry.file_size > PART and low.endswith(XML):
            raise Unsafe("bomb", name[:60])
    if "[content_types].xml" not in seen:
        raise Unsafe("broken")


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of a part; what the directory says of its size is not believed."""
    with packed.open(entry) as part:
        data = part.read(most + 1)
    if len(data) > most:
        raise Unsafe("bomb", entry.filename[:60])
    return data


def _tree(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Any:
    try:
        return ElementTree.fromstring(_read(packed, entry, PART), forbid_dtd=True)
    except DefusedXmlException:
        raise Unsafe("entities", entry.filename[:60]) from None
    except (ElementTree.ParseError, UnicodeError, LookupError):
        raise Unsafe("broken", entry.filename[:60]) from None


def _part(name: str, tree: Any) -> None:
    if name == "[content_types].xml":
        kinds = [str(one.get("ContentType", "")) for one in tree]
        if any("macroenabled" in kind.lower() or "vba" in kind.lower() for kind in kinds):
            raise Unsafe("runs", "vbaProject")
        if MAIN not in kinds:
            raise Unsafe("kind", "")
    elif name.endswith(".rels"):
        for one in tree.iter(_REL):
            _relation(one.get("Type", ""), one.get("TargetMode", ""), one.get("Target", ""))
    elif TEXTS.fullmatch(name):
        codes = "".join(str(one.text or "") for one in tree.iter(f"{_W}instrText"))
        codes += " ".join(str(one.get(f"{_W}instr", "")) for one in tree.iter(f"{_W}fldSimple"))
        if found := FIELDS.search(codes):
            raise Unsafe("field", found[1].upper())


def _relation(kind: str, mode: str, target: str) -> None:
    if mode.lower() == "external":
        if kind.endswith(LINK) and target.lower().startswith(("https://", "http://", "mailto:", "tel:")):
            return
        raise Unsafe("external", target[:60])
    if kind.endswith(
        ("/attachedTemplate", "/oleObject", "/aFChunk", "/control", "/vbaProject", "/subDocument")
    ):
        raise Unsafe("external", kind.rpartition("/")[2])


def _picture(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if not entry.filename.lower().endswith(PICTURES):
        raise Unsafe("picture", entry.filename[:60])
    data = _read(packed, entry, PICTURE)
    try:
        with Image.open(io.BytesIO(data)) as image:
            wide, high = image.size
    except Exception:  # Pillow raises whatever its readers do; a bomb by its size, too
        raise Unsafe("picture", entry.filename[:60]) from None
    if wide * high > PIXELS:
        raise Unsafe("picture", entry.filename[:60])


def _paragraphs(part: str, tree: Any) -> Iterator[Paragraph]:
    for number, paragraph in enumerate(tree.iter(f"{_W}p"), start=1):
        yield Paragraph(part, number, "".join(_texts(paragraph)))


def _texts(node: Any) -> Iterator[str]:
    """The text of a paragraph itself: a text box inside holds paragraphs of its own."""
    for child in node:
        if child.tag == f"{_W}p":
            continue
        if child.tag == f"{_W}t":
            yield str(child.text or "")
        elif child.tag in (f"{_W}tab", f"{_W}br"):
            yield " "
        else:
            yield from _texts(child)
