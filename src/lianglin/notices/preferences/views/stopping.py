"""Stopping what is voluntary: by the link of a message, or by an answer that the gateway hands over. No login."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actor import job
from lianglin.access.replies import pressed
from lianglin.access.transaction import acting
from lianglin.kit import throttle
from lianglin.kit.errors import Missing
from lianglin.kit.ids import clean_phone
from lianglin.notices.models import Stopped
from lianglin.notices.preferences import actions, queries
from lianglin.notices.preferences.stopping import address_of

LONGEST = 4096
WRONG, WINDOW = 20, timedelta(minutes=15)
ONE_CLICK = "One-Click"


@csrf_exempt  # a mail program comes without our cookie; the signed address in the link is what proves it
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """One button; a link alone stops nothing, since mail programs open links by themselves.

    A mail program that offers to stop such mails posts here by itself (RFC 8058) and is answered without a redirect.
    """
    found = address_of(token)
    if found is None:
        raise Missing(_("This link is not complete. Copy it once more from the message."))
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == ONE_CLICK:
        actions.stop(found, how=Stopped.By.LINK)
        return HttpResponse(
            _("Done. Nothing of this kind comes any more."), content_type="text/plain; charset=utf-8"
        )
    here = reverse("notices:stop", args=[token])
    if request.method == "POST" and request.POST.get("do") == "again":
        said = _("You get such messages again.")
        return pressed(request, lambda: actions.allow_again(found), said, here)
    if request.method == "POST":
        said = _("Done. Nothing of this kind comes any more.")
        return pressed(request, lambda: actions.stop(found, how=Stopped.By.LINK), said, here)
    with acting(job()) as reader:
        stopped = queries.has_stopped(found, reader)
    return render(request, "notices/wishes/stop.html", {"stopped": stopped})


@csrf_exempt
@require_POST
def answers(request: HttpRequest) -> HttpResponse:
    """The gateway's call: ``{"from": "138…", "text": "TD"}`` with ``Authorization: Bearer LIANGLIN_SMS_REPLY_KEY``."""
    key: str = settings.SMS_REPLY_KEY
    given = request.headers.get("Authorization", "")
    if not key or not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
        throttle.hit("sms-answer", throttle.client_address(request), limit=WRONG, window=WINDOW)
        return JsonResponse({"error": "unauthorized"}, status=401)
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return JsonResponse({"error": "too long"}, status=413)
    try:
        body = json.loads(request.body)
        address, text = clean_phone(str(body["from"])), str(body["text"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"error": "expected JSON with “from” (a phone number) and “text”"}, status=400)
    return JsonResponse({"stopped": actions.answered(address=address, text=text)})
