"""From what somebody sends to what may be stored: sniffed, size-limited, redrawn or checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from lianglin.files import pdf, pictures, rules
from lianglin.kit.errors import Refused

FIELD = "photos"


@dataclass(frozen=True)
class Prepared:
    """A file that may be stored as it is: bytes, their kind, and (for pictures) a small copy and the size."""

    data: bytes = field(repr=False)
    content_type: str
    original_name: str = field(repr=False)
    small: bytes = field(default=b"", repr=False)
    width: int | None = None
    height: int | None = None

    @property
    def sha256(self) -> str:
        """The digest of the stored bytes."""
        return hashlib.sha256(self.data).hexdigest()


def prepare(upload: UploadedFile | Prepared) -> Prepared:
    """Checks one upload. :class:`Refused` says which file, what is wrong with it, and what to do (``code`` names it)."""
    if isinstance(upload, Prepared):
        return upload
    shown = rules.clean_name(upload.name or "", rules.JPEG).removesuffix(".jpg")
    if getattr(upload, "cut_off", False) or (upload.size or 0) > rules.MAX_FILE:
        raise _refused("too_large", shown)
    upload.seek(0)
    data = upload.read(rules.MAX_FILE + 1)
    if not data:
        raise _refused("empty", shown)
    if len(data) > rules.MAX_FILE:
        raise _refused("too_large", shown)
    kind = rules.sniff(data)
    if kind == "PDF":
        return _paper(data, upload.name or "", shown)
    if kind in rules.MAX_PIXELS:
        return _picture(data, kind, upload.name or "", shown)
    raise _refused("heic" if kind == "HEIC" else "kind", shown)


def _paper(data: bytes, name: str, shown: str) -> Prepared:
    wrong = pdf.complaint(data)
    if wrong:
        raise _refused(f"pdf_{wrong}", shown)
    return Prepared(data, rules.PDF, rules.clean_name(name, rules.PDF))


def _picture(data: bytes, kind: str, name: str, shown: str) -> Prepared:
    try:
        drawn, small, (width, height) = pictures.redraw(data, kind)
    except pictures.TooManyPixels as error:
        raise _refused("pixels", shown) from error
    except pictures.Damaged as error:
        raise _refused("damaged", shown) from error
    return Prepared(drawn, rules.JPEG, rules.clean_name(name, rules.JPEG), small, width, height)


def _refused(code: str, name: str) -> Refused:
    sentences = {
        "too_large": _(
            "“%(name)s” is larger than %(limit)s MB. Choose a smaller one, or take the picture again with fewer pixels."
        ),
        "empty": _("“%(name)s” is empty. Choose it again, or take the picture again."),
        "kind": _(
            "“%(name)s” is neither a picture (JPEG, PNG, WebP) nor a PDF. Choose another file, or take a picture of it."
        ),
        "heic": _(
            "“%(name)s” is in a format of one maker (HEIC). In the camera's settings choose “most compatible”, or send a screenshot."
        ),
        "damaged": _("“%(name)s” cannot be read as a picture. Choose it again, or take the picture again."),
        "pixels": _("“%(name)s” has too many pixels. Take the picture again with a smaller size."),
        "pdf_damaged": _(
            "“%(name)s” cannot be read as a PDF. Save it again, or take a picture of the paper."
        ),
        "pdf_mixed": _(
            "“%(name)s” is a PDF and something else at once. Save it again as a PDF, or take a picture of the paper."
        ),
        "pdf_active": _(
            "“%(name)s” is a PDF with a password, a script or files inside. Print it to a new PDF, or take a picture of it."
        ),
    }
    limit = rules.MAX_FILE // rules.MEGABYTE
    return Refused(sentences[code] % {"name": name, "limit": limit}, field=FIELD, code=code)
