"""Public notices as anybody reads them: for their days alone, never indexed; what somebody objects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting
from lianglin.access.models import Organisation
from lianglin.access.replies import done, status_of
from lianglin.benefits.actions import claim_notice
from lianglin.benefits.queries import claim_functions as queries
from lianglin.benefits.queries.claims import names
from lianglin.benefits.views.claim_words import yuan
from lianglin.kit import throttle
from lianglin.kit.ids import row_number

A_PAGE = 30
NOT_INDEXED = "noindex, nofollow, noarchive, nosnippet"


class ObjectForm(forms.Form):
    """What is not right about a notice."""

    text = forms.CharField(
        label=gettext_lazy("What is not right?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "The authority reads it and answers it before it decides. It is not made public."
        ),
        error_messages={"required": gettext_lazy("Say in at least five characters what is not right.")},
    )
    contact = forms.CharField(
        label=gettext_lazy("How to reach you (not needed)"), max_length=60, required=False
    )


def _rows(found: list[queries.Shown]) -> list[dict[str, Any]]:
    measures = names({one.measure_id for one in found})
    offices = Organisation.objects.in_bulk([one.office_id for one in found if one.office_id])
    english = get_language() == "en"
    return [
        {
            "notice": one,
            "measure": measures[one.measure_id].label if one.measure_id in measures else "",
            "community": one.community_name_en if english and one.community_name_en else one.community_name,
            "amount": yuan(one.amount_fen),
            "office": offices.get(one.office_id or 0),
        }
        for one in found
    ]


def _unindexed(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = NOT_INDEXED
    return response


@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What stands on notice today; narrowed to an area by the beginning of its code."""
    area = "".join(
        letter for letter in request.GET.get("area", "")[:12] if letter.isascii() and letter.isdecimal()
    )
    behind = row_number(request.GET.get("cursor", "")) or 2**62
    found = queries.public_notices(low=area, high=f"{area}~", behind=behind, limit=A_PAGE + 1)
    context = {
        "rows": _rows(found[:A_PAGE]),
        "area": area,
        "older": str(found[A_PAGE - 1].id) if len(found) > A_PAGE else "",
    }
    return _unindexed(render(request, "benefits/claims/notices.html", context))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice, with the form to object; after its days it says that it ended, without a name."""
    found = queries.public_notice(pk)
    if found is None:
        raise Http404
    form = ObjectForm(request.POST if request.method == "POST" else None)
    reply = form.is_bound and done(
        request, form, lambda: _object(request, pk, form),
        _("Thank you. The authority reads it and answers it before it decides."), reverse("benefits:notice", args=[pk]),
    )  # fmt: skip
    context = {**_rows([found])[0], "form": form, "shown": found.state == "shown"}
    return _unindexed(
        reply or render(request, "benefits/claims/notice.html", context, status=status_of(form))
    )


def _object(request: HttpRequest, pk: int, form: ObjectForm) -> None:
    given = form.cleaned_data
    throttle.hit(
        "notice-objection", throttle.client_address(request) or "-", limit=10, window=claim_notice.WINDOW
    )
    claim_notice.object_to(pk, by=acting(request), text=given["text"], contact=given["contact"])


routes: list[URLPattern] = [
    path("notices/", listed, name="notices"),
    path("notices/<int:pk>/", notice, name="notice"),
]
