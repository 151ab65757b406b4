"""Bounds on what a request may bring: kept without filling memory or disk, told in a sentence.

``CappedUploadHandler`` comes first in FILE_UPLOAD_HANDLERS; ``UploadLimits`` stands in MIDDLEWARE directly before
the middleware that opens the actor's transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParser
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from lianglin.files.rules import MAX_FILE, MAX_FILES, MAX_REQUEST, MEGABYTE

FIELDS_READ = 512 * 1024
"""How much of a body that is too large is still looked at, for the fields that come before the first file."""
LINGER_SECONDS, LINGER_BYTES = 3.0, 512 * MEGABYTE
"""How long the rest is read and thrown away before the answer, so that a fast sender hears it rather than a
broken connection. Browsers hear it in either case."""


class CutOff(UploadedFile):
    """Stands in the form for a file that was too large: it has a name and no bytes; ``whole`` = the whole request was."""

    cut_off = True

    def __init__(self, name: str, *, whole: bool) -> None:
        super().__init__(BytesIO(), name, "", 0)
        self.whole = whole


class _NamesOnly(FileUploadHandler):
    """Notes which files begin, and keeps nothing of them."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.seen: list[tuple[str, str]] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Notes the field and the file's name."""
        super().new_file(*args, **kwargs)
        self.seen.append((str(self.field_name), str(self.file_name)))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Throws the bytes away."""

    def file_complete(self, file_size: int) -> None:
        """Makes no file."""


class CappedUploadHandler(FileUploadHandler):
    """Lets files up to 10 MB through to the next handler; of a larger one (or a thirteenth) only a stand-in remains.

    A request that is too large as a whole is not read to its end: the fields before its first file survive, so
    that the form can be shown again as it was filled in.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> Any:
        """The fields alone, for a request that is too large; else None, which lets Django go on."""
        self._begun = 0
        if content_length <= MAX_REQUEST:
            return None
        names = _NamesOnly(self.request)
        head: Any = LimitedStream(input_data, FIELDS_READ)
        post, files = MultiPartParser(
            {**META, "CONTENT_LENGTH": str(FIELDS_READ)}, head, [names], encoding
        ).parse()
        linger(input_data)
        if not names.seen:
            raise RequestDataTooBig("The request is too large and brings no file first.")
        for field, name in names.seen:
            files.appendlist(field, CutOff(name, whole=True))
        return post, files

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._begun += 1
        self._cut = self._begun > 2 * MAX_FILES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Passes the bytes on until the file is too large."""
        self._cut = self._cut or start + len(raw_data) > MAX_FILE
        return None if self._cut else raw_data

    def file_complete(self, file_size: int) -> CutOff | None:
        """The stand-in for a file that was cut off; None lets the next handler deliver it."""
        if not self._cut:
            return None
        for other in getattr(self.request, "upload_handlers", ()):
            begun = getattr(other, "file", None)
            if other is not self and begun is not None:
                begun.close()
        return CutOff(str(self.file_name), whole=False)

    def upload_interrupted(self) -> None:
        """The sender went away in the middle of a file."""
        self.broken_off = True


def linger(stream: Any) -> None:
    """Reads on and throws away, for a short while."""
    until, left = time.monotonic() + LINGER_SECONDS, LINGER_BYTES
    while left > 0 and time.monotonic() < until:
        piece = stream.read(64 * 1024)
        if not piece:
            return
        left -= len(piece)


def status(request: HttpRequest, otherwise: int = 422) -> int:
    """The status under which a form with errors is shown again: 413 when a file was too large."""
    cut = any(isinstance(file, CutOff) for _field, files in request.FILES.lists() for file in files)
    return 413 if cut else otherwise


class UploadLimits:
    """Reads a form with files before any transaction is open, and refuses other bodies that are too large.

    A slow sender must not hold a database connection.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Passes the request on, or answers 413 (400 when the sender went away)."""
        try:
            if request.content_type == "multipart/form-data" and request.method == "POST":
                request.POST  # noqa: B018 - parses the body
                if any(getattr(handler, "broken_off", False) for handler in request.upload_handlers):
                    return HttpResponse(
                        status=400
                    )  # half a form must not count as a whole one without a picture
            elif int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                linger(request)
                return too_large(request)
        except RequestDataTooBig:
            return too_large(request)
        except (UnreadablePostError, ValueError):
            return HttpResponse(status=400)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """413 as a page, or as application/problem+json under /api/."""
    sentence = _(
        "What you sent is too large: at most %(files)s files of %(limit)s MB each. Send fewer or smaller ones."
    ) % {
        "files": MAX_FILES,
        "limit": MAX_FILE // MEGABYTE,
    }
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "Too large", "status": 413, "detail": sentence}
        return JsonResponse(body, status=413, content_type="application/problem+json")
    return HttpResponse(render_to_string("413.html", {"message": sentence}, request), status=413)
