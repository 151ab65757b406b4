"""One's keys for programs and apps."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access import again
from lianglin.access.actor import PURPOSES
from lianglin.access.gate import acting, in_post
from lianglin.access.keys import tokens
from lianglin.access.keys.forms import TokenForm
from lianglin.access.models import ApiToken
from lianglin.access.replies import see, shown_once
from lianglin.access.second_factor import system_now
from lianglin.access.session_views import number_of
from lianglin.kit import discovery
from lianglin.kit.errors import HouseError, Missing


@never_cache
@require_GET
@in_post()
def keys(request: HttpRequest) -> HttpResponse:
    """One's keys: for what, what they carry, until when, when last used."""
    words = {duty.code: duty.label for duty in discovery.each("duties")}
    rows = [_row(one, words) for one in tokens.keys_of(acting(request).account_id or 0)]
    return render(request, "access/keys.html", {"rows": rows})


def _row(key: ApiToken, words: dict[str, Any]) -> dict[str, Any]:
    state = "revoked" if key.revoked_at else "expired" if key.expires_at <= system_now() else "good"
    return {
        "key": key,
        "state": state,
        "duties": [words.get(code, code) for code in key.duties],
        "purposes": [PURPOSES.get(code, code) for code in key.purposes],
    }


@never_cache
@require_http_methods(["GET", "POST"])
@in_post()
@again.recently_proved
def new(request: HttpRequest) -> HttpResponse:
    """A new key for the post one acts in. Its secret is shown on the next page, once."""
    actor = acting(request)
    form = TokenForm(request.POST or None, actor=actor, most=settings.TOKEN_DAYS)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = tokens.make(by=actor, **form.cleaned_data)
            except HouseError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
                status = error.status
            else:
                context = {"made": made, "name": request.user.get_username()}
                instead = reverse("access:key_made", args=[made.row.pk])
                return shown_once(render(request, "access/key_made.html", context), instead)
    return render(request, "access/key_new.html", {"form": form}, status=status)


@never_cache
@require_GET
@in_post()
def made_before(request: HttpRequest, pk: int) -> HttpResponse:
    """For whose form came twice: the key was made once, and only the first answer shows it."""
    found = tokens.key_of(acting(request).account_id or 0, pk)
    if found is None:
        raise Missing(_("There is no such key of yours. It may have been revoked already."))
    return render(request, "access/key_made_before.html", {"key": found})


@require_POST
@in_post()
def revoke(request: HttpRequest) -> HttpResponse:
    """Ends one of one's own keys."""
    tokens.revoke(token_id=number_of(request, "key"), by=acting(request))
    messages.success(request, _("Revoked. The key opens nothing any more."))
    return see(reverse("access:keys"))
