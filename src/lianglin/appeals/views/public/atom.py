"""Feeds as Atom: made of entries, kept by caches for ten minutes, answered with 304 to a reader that has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import get_language

FEED = 30
"""Entries of a feed."""


@dataclass(frozen=True)
class Entry:
    """One entry: the address of its page, what tells it from others of that page, its instant, its words."""

    path: str
    mark: str
    at: datetime
    title: str
    text: str


def answer(
    request: HttpRequest, title: str, back: str, entries: Sequence[Entry], *, named: Iterable[object]
) -> HttpResponse:
    """The feed, or 304; ``named``: what the feed depends on, besides the language."""
    language = get_language() or "zh-hans"
    digest = hashlib.sha256(f"{language} {title} {list(named)}".encode()).hexdigest()
    tag = f'"{digest[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        written = _written(request, title, back, entries, language)
        response = HttpResponse(written, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=600"
    return response


def _written(request: HttpRequest, title: str, back: str, entries: Sequence[Entry], language: str) -> str:
    site = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    made = Atom1Feed(
        title=title,
        link=f"{site}{back}",
        description="",
        language=language,
        feed_url=f"{site}{request.get_full_path()}",
    )
    for one in entries:
        link = f"{site}{one.path}"
        made.add_item(
            title=_clean(one.title),
            link=link,
            unique_id=f"{link}#{one.mark}",
            description=linebreaks(_clean(one.text), autoescape=True),
            pubdate=one.at,
            updateddate=one.at,
        )
    return made.writeString("utf-8")


def _clean(text: str) -> str:
    """Without the control characters that XML has no place for."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")
