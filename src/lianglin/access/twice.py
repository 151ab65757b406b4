"""A form that is sent twice (a double click, a line that broke off) does its work once.

Every page that is shown masks its CSRF token anew, so two requests of one person with the same path, the same token
and the same fields are one form sent twice. The second waits for the first and is led where the first was led.
Programs name their requests themselves (:mod:`lianglin.kit.idempotency`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianglin.access.gate import acting
from lianglin.access.replies import SEE_OTHER, see
from lianglin.kit import idempotency

FIELD = "csrfmiddlewaretoken"


class FormsOnce:
    """Stands inside the transaction of the request: what is rolled back was not sent.

    Kept is where a form led that did its work (303), or what it left for a page that is shown once
    (:func:`lianglin.access.replies.shown_once`); of that page itself nothing is kept. What else is answered with a
    page, sets a cookie (a language) or is a step of a draft (:func:`lianglin.access.replies.step`) may be sent as
    often as one likes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        if key is None:
            return self.get_response(request)
        answered = idempotency.begin(key)
        if answered is not None:
            messages.info(request, _("This form was sent already and did its work once."))
            return see(answered["onward"])
        response = self.get_response(request)
        repeats = bool(response.cookies) or getattr(response, "repeats", False)
        onward = (
            response["Location"] if response.status_code == SEE_OTHER else getattr(response, "instead", "")
        )
        if onward and not repeats:
            idempotency.end(key, SEE_OTHER, {"onward": onward})
        elif response.status_code < 400:
            idempotency.forget(key)
        return response


def key_of(request: HttpRequest) -> str | None:
    """Who sends which form of which page; None for what is no form of somebody known."""
    if request.method != "POST" or "HTTP_AUTHORIZATION" in request.META or not hasattr(request, "actor"):
        return None  # a paper of a program, or an address that touches no data (access.middleware.OUTSIDE)
    actor = acting(request)
    if (actor.account_id is None and actor.resident_id is None) or FIELD not in request.POST:
        return None
    sent = [f"{actor.account_id} {actor.post_id} {actor.resident_id}", request.get_full_path()]
    sent += [f"{name}={value}" for name, values in request.POST.lists() for value in values]
    sent += [f"{name}={file.name} {file.size}" for name, files in request.FILES.lists() for file in files]
    return hashlib.sha256("\0".join(sent).encode()).hexdigest()
