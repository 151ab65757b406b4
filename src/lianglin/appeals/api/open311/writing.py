"""Answers of the interface in its two forms, with its content types and its shape of errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from lianglin.kit.errors import HouseError

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for, escaped or not (section 2.2)."""


class Wrong(Exception):
    """What the specification answers with an error: the HTTP status, which is also its code, and the words."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


def answered(
    form: str, name: str, value: Any, *, inner: str = "", status: int = 200, cache: int = 0
) -> HttpResponse:
    """``value`` under the root ``name``: a list of ``inner`` elements, or one mapping.

    JSON has no root, as the specification has it: the list or the mapping itself. ``cache``: seconds that anybody's
    cache may keep it.
    """
    if form == "json":
        body = json.dumps(value, ensure_ascii=False).encode()
    else:
        root = Element(name)
        _fill(root, value, inner)
        body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8")
    response = HttpResponse(body, status=status, content_type=TYPES[form])
    if cache:
        response["Cache-Control"] = f"public, max-age={cache}"
    return response


INNER = {
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
}
"""What an element of these lists is called."""


def _fill(element: Element, value: Any, inner: str = "") -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            _fill(SubElement(element, name), one, INNER.get(name, ""))
    elif isinstance(value, list):
        for one in value:
            _fill(SubElement(element, inner), one)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _NOT_IN_XML.sub("", text)


def failed(form: str, status: int, description: str) -> HttpResponse:
    """An error in the specification's shape."""
    errors = [{"code": status, "description": description}]
    return answered(form, "errors", errors, inner="error", status=status)


def speaks(view: Callable[..., HttpResponse], *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Any:
    """A view of the interface: its refusals leave in the form that was asked for; no cookie is asked for a form.

    Other sites' pages are let in to nothing: no CORS header is sent, and a cookie gives no right here.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, form: str, **given: Any) -> HttpResponse:
        if request.method not in methods:
            response = failed(form, 405, f"Allowed: {', '.join(methods)}.")
            response["Allow"] = ", ".join(methods)
            return response
        try:
            return view(request, form, **given)
        except Wrong as wrong:
            return failed(form, wrong.status, wrong.description)
        except HouseError as error:
            status = 400 if error.status == 422 else error.status
            response = failed(form, status, str(error.message))
            if status == 429 and error.code:
                response["Retry-After"] = error.code
            return response

    return guarded
