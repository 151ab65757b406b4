"""Every nightly run that erased something or failed, newest first: the record of what went, when, and what stayed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from lianglin.access.gate import in_post
from lianglin.kit.paging import page
from lianglin.privacy.models import RetentionRun
from lianglin.privacy.queries import notice, retention
from lianglin.privacy.rules import in_words


@require_GET
@in_post("privacy.read")
def runs(request: HttpRequest) -> HttpResponse:
    """The runs, page by page; nights on which a table had nothing due are left out."""
    found = page(retention.told(), "-id", cursor=request.GET.get("cursor", ""))
    rows = [
        {"run": run, "label": notice.label_of(run.model), "keep": in_words(run.keep), "along": along(run)}
        for run in found.rows
    ]
    return render(request, "privacy/desk/runs.html", {"rows": rows, "page": found})


def along(run: RetentionRun | None) -> str:
    """Which rows of other tables went with a run's, in words."""
    return " · ".join(
        f"{notice.label_of(model)} {count}" for model, count in sorted((run.along if run else {}).items())
    )


routes: list[URLPattern] = [path("desk/retention/runs/", runs, name="retention_runs")]
