"""Mails that wait for a person: the list, one mail, recorded through the record screen or dropped."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed
from lianglin.appeals.actions import mails as actions
from lianglin.appeals.models import MailDraft
from lianglin.appeals.queries import mails as queries
from lianglin.appeals.rules.emergency import numbers_for
from lianglin.kit import paging


@require_GET
@in_post("appeals.intake")
def listed(request: HttpRequest) -> HttpResponse:
    """The mails that wait, the newest first."""
    actor = acting(request)
    found = paging.page(queries.waiting(actor), "-id", cursor=request.GET.get("cursor", ""), size=30)
    return render(request, "appeals/mails/list.html", {"page": found, "fetched": bool(settings.MAIL_INTAKE)})


@require_GET
@in_post("appeals.intake")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, as it was written."""
    mail = actions.found(pk, acting(request))
    if mail is None or mail.state != MailDraft.State.WAITING:
        raise Http404
    return render(
        request, "appeals/mails/one.html", {"mail": mail, "call_now": numbers_for(str(mail.text or ""))}
    )


@require_POST
@in_post("appeals.intake")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no matter of ours."""
    if actions.found(pk, acting(request)) is None:
        raise Http404
    return pressed(
        request,
        lambda: actions.drop(pk, by=acting(request)),
        _("The mail is dropped."),
        reverse("appeals:mails"),
    )


routes: list[URLPattern] = [
    path("mails/", listed, name="mails"),
    path("mails/<int:pk>/", one, name="mail"),
    path("mails/<int:pk>/drop/", drop, name="mail_drop"),
]
