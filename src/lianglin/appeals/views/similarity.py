"""The administrator's page of the models that find similar appeals: versions, figures, and going back to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed
from lianglin.appeals.actions import similarity_models as actions
from lianglin.appeals.models import SimilarityModel
from lianglin.appeals.queries import model_files
from lianglin.kit import paging

FIGURES = {
    "top1": gettext_lazy("item right at first guess"),
    "top3": gettext_lazy("item among three guesses"),
    "recall": gettext_lazy("joined reports that it finds again"),
    "sample_recall": gettext_lazy("sample texts it never saw: reports of one matter that it finds"),
    "sample_precision": gettext_lazy("sample texts it never saw: pairs it finds that are of one matter"),
}
"""The figures of a fit, in the order of the page."""
ENCODER = {
    "none": gettext_lazy("No encoder is set. Similar appeals are found without one."),
    "no_file": gettext_lazy(
        "The encoder's file is not there. Check the path in LIANGLIN_TEXT_ENCODER; until then none is used."
    ),
    "no_vocabulary": gettext_lazy(
        "Beside the encoder's file there is no vocab.txt. Put it there; until then none is used."
    ),
    "no_digest": gettext_lazy(
        "LIANGLIN_TEXT_ENCODER names no SHA-256 of 64 hexadecimal digits after “#”. Add it; until then none is used."
    ),
    "no_package": gettext_lazy(
        "The package onnxruntime is not installed, so the encoder is not used. Install it on the machine of the background work."
    ),
    "ready": gettext_lazy(
        "An encoder is set: every night it reads the new appeals, and the next fit weighs what it says."
    ),
}


@require_http_methods(["GET", "POST"])
@in_post(actions.DUTY)
def models(request: HttpRequest) -> HttpResponse:
    """All versions, newest first, with what they are worth; one that is on the machine can be put in force."""
    if request.method == "POST":
        version, seen = (request.POST.get(name, "")[:16] for name in ("version", "seen"))
        return pressed(
            request,
            lambda: actions.put_in_force(by=acting(request), version=version, seen=seen),
            _("This version is in force now. Every process takes it up with its next comparison."),
            reverse("appeals:similarity"),
        )
    found = paging.page(
        SimilarityModel.objects.select_related("chosen_by"),
        "-id",
        cursor=request.GET.get("cursor", ""),
        size=20,
    )
    now = SimilarityModel.objects.filter(in_force=True).first()
    context = {
        "page": found,
        "now": now,
        "missing": now is not None and not model_files.has_file(now.version),
        "rows": [
            {
                "model": one,
                "figures": figures(one.figures, one.before),
                "tone": "good" if one.state == SimilarityModel.State.ACCEPTED else "bad",
                "here": model_files.has_file(one.version),
            }
            for one in found.rows
        ],
        "encoder": ENCODER[model_files.encoder_state()],
        "digest": model_files.encoder_digest(),
    }
    return render(request, "appeals/similarity/models.html", context)


def figures(found: Mapping[str, float], before: Mapping[str, float]) -> list[dict[str, Any]]:
    """Each figure with that of the model before it, in percent; worse ones marked."""
    worse = actions.fallen(found, before)
    return [
        {
            "label": label,
            "value": f"{100 * found[name]:.1f} %",
            "before": f"{100 * before[name]:.1f} %" if name in before else "",
            "worse": name in worse,
        }
        for name, label in FIGURES.items()
        if name in found
    ]


routes: list[URLPattern] = [path("models/", models, name="similarity")]
