"""The package as a folder of files: taken out as a zip, brought back whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.benefits.actions import folders as actions
from lianglin.benefits.actions.folders import BadPackage, Changes
from lianglin.benefits.forms.folders import FolderForm
from lianglin.benefits.queries import packages
from lianglin.benefits.rules.folder import BadFolder, from_zip, to_zip
from lianglin.benefits.rules.life import DRAFT, READ
from lianglin.benefits.views import measure_words as words
from lianglin.kit import clock

SHOWN = 200


@require_http_methods(["GET", "POST"])
@in_post(READ)
def folder(request: HttpRequest) -> HttpResponse:
    """What the folder is, the zip to take out, the zip to bring; everything that is wrong with it is listed."""
    actor = acting(request)
    form = FolderForm(request.POST or None, request.FILES or None)

    def act() -> Changes:
        try:
            texts = from_zip(form.cleaned_data["file"].file)
        except BadFolder as error:
            raise BadPackage(tuple(error.problems), ()) from error
        return actions.take_in(texts, by=actor)

    answer = form.is_bound and done(request, form, act, _said, reverse("benefits:measures") + "?list=draft")
    refused = getattr(form, "refused", None)
    context: dict[str, Any] = {"form": form, "may_bring": actor.may(DRAFT)}
    if isinstance(refused, BadPackage):
        context |= {
            "problems": words.problem_words(refused.problems, path=True)[:SHOWN],
            "failures": [en if words.in_english() else zh for zh, en in refused.failures[:SHOWN]],
            "many": len(refused.problems),
        }
    return answer or render(request, "benefits/folders/folder.html", context, status=status_of(form))


def _said(found: Changes) -> str:
    if not found.any:
        return _("Everything in it is as it is here already.")
    return _(
        "%(new)d new measures and %(changed)d next versions are drafts now, %(values)d values of parameters wait for a second person."
    ) % {"new": len(found.new), "changed": len(found.changed), "values": len(found.values)}


@require_safe
@in_post(READ)
def zipped(request: HttpRequest) -> HttpResponse:
    """The package in force as a zip."""
    answer = HttpResponse(to_zip(packages.texts(clock.today())), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="benefits-{clock.today():%Y%m%d}.zip"'
    return answer
