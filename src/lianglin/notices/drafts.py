"""Long forms, saved while they are typed: seven days from the last change.

Kept with the account of a resident who is logged in, at the post of somebody who works, else for this browser alone.

    draft = drafts.fill(request, "assessment", form)         # for the template; fills what was not sent yet
    data = drafts.load(request, "report")                    # {} or {"text": ["…"], …}
    drafts.save(request, "report", request.POST)
    return drafts.remember(request, redirect("…"))           # the browser keeps the key
    drafts.discard(request, "report")                        # after the form was sent
    drafts.where(request, "report")                          # "account", "post", "browser", "" for nothing kept

A page that includes ``notices/draft.html`` inside its form saves by itself while somebody types, and has a button
that does it without JavaScript.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal, TypeVar

from django.forms import BooleanField, Form, ModelMultipleChoiceField, MultipleChoiceField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from lianglin.kit import clock, throttle
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Refused
from lianglin.kit.views import DRAFT_COOKIE
from lianglin.notices import queries

SALT = "lianglin.notices.drafts"
KEPT = timedelta(days=7)
LONGEST = 64 * 1024
SAVES, SAVES_IN = 3000, timedelta(hours=1)
"""Drafts from one address: an office full of people types, a machine that fills the table is stopped."""
Place = Literal["", "account", "post", "browser"]
_FORM = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LEFT_OUT = {"csrfmiddlewaretoken"}

Answer = TypeVar("Answer", bound=HttpResponse)


def load(request: HttpRequest, form: str) -> dict[str, list[str]]:
    """What was typed into this form before, by field; empty when nothing is kept.

    Who logs in still finds what this browser kept for them before.
    """
    return _found(request, form)[1]


def where(request: HttpRequest, form: str) -> Place:
    """Where this form's draft lies; "" when nothing is kept."""
    return _found(request, form)[0]


def _found(request: HttpRequest, form: str) -> tuple[Place, dict[str, list[str]]]:
    for place, key in _keys(request, form):
        text = queries.load_draft(_digest(key))
        if text:
            return place, json.loads(text)
    return "", {}


def values(request: HttpRequest, form: str) -> dict[str, Any]:
    """The same as a form's ``initial``: one value per field, a list where several were given."""
    return {
        name: given[0] if len(given) == 1 else given for name, given in load(request, form).items() if given
    }


def fill(request: HttpRequest, name: str, *forms: Form) -> str:
    """Fills forms of one page that were not sent yet with what was typed into them, and tells the page (``form.resumed``).

    Returns the name, for the template: ``{% include "notices/draft.html" with form_name=draft %}``.
    """
    sent = any(form.is_bound for form in forms)
    kept = {} if sent else load(request, name)
    for form in forms:
        form.resumed = bool(kept)  # pyright: ignore[reportAttributeAccessIssue] - our mark
        for field_name, field in form.fields.items() if kept else ():
            given = kept.get(form.add_prefix(field_name))
            if given and isinstance(field, MultipleChoiceField | ModelMultipleChoiceField):
                form.initial[field_name] = given
            elif given:
                form.initial[field_name] = given[0]
            elif isinstance(field, BooleanField):
                form.initial[field_name] = False  # a box that is not ticked is not sent
    return name


def save(request: HttpRequest, form: str, data: QueryDict | Mapping[str, Any]) -> None:
    """Keeps these fields for this form. Names that begin with "_" and the token are left out; files never come here.

    Refused when it is longer than 64 KB, or when too many are saved from one address. The response must pass :func:`remember`.
    """
    fields = {
        name: given for name, given in _lists(data) if name not in _LEFT_OUT and not name.startswith("_")
    }
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) > LONGEST:
        raise Refused(_("This is too long to be kept as a draft. Send the form, or shorten it."))
    throttle.hit("draft", throttle.client_address(request) or "unknown", limit=SAVES, window=SAVES_IN)
    (_place, key), *others = _keys(request, form, make=True)
    queries.save_draft(_digest(key), text, clock.now() + KEPT)
    for _elsewhere, other in others:  # it moved from the browser to the account
        queries.discard_draft(_digest(other))


def discard(request: HttpRequest, form: str, *, only: Place = "") -> None:
    """Forgets what was kept for this form; with ``only``, in that one place."""
    for place, key in _keys(request, form):
        if only in ("", place):
            queries.discard_draft(_digest(key))


def hold(request: HttpRequest, key: str, fields: Mapping[str, str], lasts: timedelta) -> None:
    """Keeps fields under a secret key of the caller's own, so long. Refused like :func:`save`."""
    text = json.dumps(dict(fields), ensure_ascii=False)
    if len(text) > LONGEST:
        raise Refused(_("This is too long to be kept as a draft. Send the form, or shorten it."))
    throttle.hit("draft", throttle.client_address(request) or "unknown", limit=SAVES, window=SAVES_IN)
    queries.save_draft(_digest(key), text, clock.now() + lasts)


def held(key: str) -> dict[str, str]:
    """What :func:`hold` keeps under this key; empty when nothing (any more)."""
    return json.loads(queries.load_draft(_digest(key)) or "{}")


def release(key: str) -> None:
    """Forgets it."""
    queries.discard_draft(_digest(key))


def remember(request: HttpRequest, response: Answer) -> Answer:
    """Lets the browser keep the key of a draft begun in this request."""
    fresh = getattr(request, "fresh_draft_token", "")
    if fresh:
        response.set_signed_cookie(
            DRAFT_COOKIE,
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
    return next((key for _place, key in _keys(request, form, make=make)), "")


def _keys(request: HttpRequest, form: str, *, make: bool = False) -> list[tuple[Place, str]]:
    """Where this form's draft may lie, the place it is saved in first.

    A guardian's draft for a ward is neither the ward's own nor another guardian's.
    """
    if not _FORM.fullmatch(form):
        raise Refused(_("There is no form of this name."))
    actor = getattr(request, "actor", None)
    if actor is not None and actor.post_id is not None:
        return [("post", f"post:{actor.post_id}:{form}")]
    keys: list[tuple[Place, str]] = []
    if actor is not None and actor.resident_id is not None:
        keys.append(("account", f"resident:{actor.resident_id}:{actor.guardian_id or ''}:{form}"))
    token = getattr(request, "fresh_draft_token", "") or request.get_signed_cookie(
        DRAFT_COOKIE, default="", salt=SALT, max_age=int(KEPT.total_seconds())
    )
    if make and not keys:  # the same key again: the browser keeps it as long as what lies under it
        token = request.fresh_draft_token = token or secrets.token_urlsafe(24)  # pyright: ignore[reportAttributeAccessIssue]
    return [*keys, ("browser", f"{token}:{form}")] if token else keys


def _digest(key: str) -> str:
    return match_key(key, "draft").hex()


def _lists(data: QueryDict | Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    if isinstance(data, QueryDict):
        return data.lists()
    return (
        (name, [str(v) for v in given] if isinstance(given, list | tuple) else [str(given)])
        for name, given in data.items()
    )
