"""Long forms, saved while they are typed: on this device for a resident, at the post for staff. Seven days.

    data = drafts.load(request, "report")                    # {} or {"text": ["…"], …}
    drafts.save(request, "report", request.POST)
    return drafts.remember(request, redirect("…"))           # the browser keeps the key
    drafts.discard(request, "report")                        # after the form was sent

A page that includes ``notices/draft.html`` inside its form saves by itself while somebody types, and has a button
that does it without JavaScript.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Refused
from lianglin.notices import queries

COOKIE, SALT = "draft", "lianglin.notices.drafts"
KEPT = timedelta(days=7)
LONGEST = 64 * 1024
_FORM = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LEFT_OUT = {"csrfmiddlewaretoken"}

Answer = TypeVar("Answer", bound=HttpResponse)


def load(request: HttpRequest, form: str) -> dict[str, list[str]]:
    """What was typed into this form before, by field; empty when nothing is kept."""
    key = key_of(request, form)
    text = queries.load_draft(_digest(key)) if key else None
    return json.loads(text) if text else {}


def values(request: HttpRequest, form: str) -> dict[str, Any]:
    """The same as a form's ``initial``: one value per field, a list where several were given."""
    return {
        name: given[0] if len(given) == 1 else given for name, given in load(request, form).items() if given
    }


def save(request: HttpRequest, form: str, data: QueryDict | Mapping[str, Any]) -> None:
    """Keeps these fields for this form. Names that begin with "_" and the token are left out; files never come here.

    Refused when it is longer than 64 KB. The response must pass :func:`remember`.
    """
    fields = {
        name: given for name, given in _lists(data) if name not in _LEFT_OUT and not name.startswith("_")
    }
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) > LONGEST:
        raise Refused(_("This is too long to be kept as a draft. Send the form, or shorten it."))
    queries.save_draft(_digest(key_of(request, form, make=True)), text, clock.now() + KEPT)


def discard(request: HttpRequest, form: str) -> None:
    """Forgets what was kept for this form."""
    key = key_of(request, form)
    if key:
        queries.discard_draft(_digest(key))


def remember(request: HttpRequest, response: Answer) -> Answer:
    """Lets the browser keep the key of a draft begun in this request."""
    fresh = getattr(request, "fresh_draft_token", "")
    if fresh:
        response.set_signed_cookie(
            COOKIE,
            fresh,
            salt=SALT,
            max_age=int(KEPT.total_seconds()),
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def key_of(request: HttpRequest, form: str, *, make: bool = False) -> str:
    """The secret key of this form's draft (files can be parked under it); "" when there is none and ``make`` is off."""
    if not _FORM.fullmatch(form):
        raise Refused(_("There is no form of this name."))
    actor = getattr(request, "actor", None)
    if actor is not None and actor.post_id is not None:
        return f"post:{actor.post_id}:{form}"
    token = getattr(request, "fresh_draft_token", "") or request.get_signed_cookie(
        COOKIE, default="", salt=SALT, max_age=int(KEPT.total_seconds())
    )
    if not token and make:
        token = request.fresh_draft_token = secrets.token_urlsafe(24)  # pyright: ignore[reportAttributeAccessIssue]
    return f"{token}:{form}" if token else ""


def _digest(key: str) -> str:
    return match_key(key, "draft").hex()


def _lists(data: QueryDict | Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    if isinstance(data, QueryDict):
        return data.lists()
    return (
        (name, [str(v) for v in given] if isinstance(given, list | tuple) else [str(given)])
        for name, given in data.items()
    )
