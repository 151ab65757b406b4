"""What an address asks for, before any page reads it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lianglin.kit.security import SecurityHeaders


@pytest.mark.parametrize(("path", "left"), [("/places/", "ab"), ("/api/v1/x", "a\0b")])
def test_the_address_of_a_page_holds_no_nul(path: str, left: str) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.GET["q"])
        return HttpResponse()

    SecurityHeaders(view)(RequestFactory().get(f"{path}?q=a%00b&r=%00"))
    assert seen == [left]
