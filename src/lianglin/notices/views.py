"""Messages to a post, the demo's phone, and saving drafts."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianglin.access.middleware import require_acting
from lianglin.kit import clock
from lianglin.kit.errors import Missing
from lianglin.kit.paging import page
from lianglin.notices import actions, drafts, queries


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The messages to the post one acts in, newest first."""
    actor = require_acting()
    actor.require("notices.inbox")
    found = page(queries.to_post(actor), "-id", cursor=request.GET.get("cursor", ""), size=30)
    read_until = queries.read_until(actor)
    newer = [one.pk for one in found.rows if read_until is None or one.created_at > read_until]
    fresh = set(newer) - queries.read_singly(actor, newer) if newer else set()
    rows = [(message, message.pk in fresh) for message in found.rows]
    return render(
        request,
        "notices/inbox.html",
        {
            "page": found,
            "rows": rows,
            "any_unread": any(unread for _message, unread in rows),
        },
    )


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """All messages count as read."""
    actions.mark_read(by=require_acting())
    return HttpResponseRedirect(reverse("notices:inbox"))


@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one message as read and leads to what it is about, or back to the list."""
    found = actions.read_one(by=require_acting(), message_id=pk)
    inside = url_has_allowed_host_and_scheme(found.link, None) and found.link.startswith("/")
    onward = request.POST.get("do") == "open" and inside
    response = HttpResponseRedirect(found.link if onward else reverse("notices:inbox"))
    response.status_code = 303
    return response


@require_safe
def demo_inbox(request: HttpRequest) -> HttpResponse:
    """The demo's phone: every message as the resident gets it. Not there in a real city."""
    if not settings.DEMO:
        raise Missing(_("Only the demo shows the messages it would send."))
    found = page(queries.in_demo(), "-id", cursor=request.GET.get("cursor", ""), size=20)
    return render(request, "notices/demo_inbox.html", {"page": found})


@require_POST
def draft_save(request: HttpRequest, form: str) -> HttpResponse:
    """Keeps what is typed: 204 for the page's own script, else a page that says so and leads back."""
    drafts.save(request, form, request.POST)
    if request.headers.get("HX-Request"):
        return drafts.remember(request, HttpResponse(status=204))
    context = {"form_name": form, "back": _back(request), "kept_until": clock.now() + drafts.KEPT}
    return drafts.remember(request, render(request, "notices/draft_saved.html", context))


@require_POST
def draft_discard(request: HttpRequest, form: str) -> HttpResponse:
    """Forgets what was kept, and leads back."""
    drafts.discard(request, form)
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page the form stands on, as a path of this site."""
    wanted = request.POST.get("_back") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return "/"
    parts = urlsplit(wanted)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
