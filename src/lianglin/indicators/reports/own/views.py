"""Templates of one's office: uploaded, looked at with their preview, approved by a second person; the names they may use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, see, status_of
from lianglin.indicators.reports import layout
from lianglin.indicators.reports.actions import READ, purpose
from lianglin.indicators.reports.asking import ending
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.reports.finding import choices, definition_of, label_of, labels
from lianglin.indicators.reports.own import actions, entries, example, names, sayings, specimen
from lianglin.indicators.reports.own.forms import DecideForm, UploadForm
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.indicators.reports.word import TYPE
from lianglin.kit import paging
from lianglin.kit.errors import Missing

TONES = {
    "checking": "waiting", "flawed": "bad", "waiting": "active", "approved": "good", "refused": "bad", "ended": "closed",
}  # fmt: skip
EXPIRES = 20


def _seen_by(actor: Actor) -> Any:
    rows = ReportLayout.objects.visible_to(actor, purpose=purpose(actor))
    return rows.defer("content", "preview", "shown").select_related("organisation", "post", "decided_post")


def _find(actor: Actor, key: UUID) -> ReportLayout:
    found = _seen_by(actor).filter(key=key).first()
    if found is None:
        raise Missing(_("There is no such template in the area of your current post."))
    return found


def _may_end(found: ReportLayout, actor: Actor) -> bool:
    return found.organisation_id == actor.organisation_id and found.state not in ("ended", "refused")


@require_http_methods(["GET", "POST"])
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The templates of the area, the newest first; a new one is uploaded here."""
    actor = acting(request)
    posted = request.method == "POST"
    form = UploadForm(
        request.POST if posted else None, request.FILES if posted else None, definitions=choices(actor)
    )
    answer = form.is_bound and done(
        request,
        form,
        lambda: _upload(form, actor),
        _("Uploaded. It is being checked and filled; look at the preview."),
        lambda made: reverse("indicators:layout", args=[made.key]),
    )
    found = paging.page(_seen_by(actor), "-id", cursor=request.GET.get("cursor", ""), size=EXPIRES)
    named = labels({one.definition for one in found.rows})
    context = {
        "form": form,
        "page": found,
        "kinds": choices(actor),
        "rows": [
            {"layout": one, "label": named[one.definition], "tone": TONES[one.state]} for one in found.rows
        ],
    }
    return answer or render(request, "indicators/layouts/list.html", context, status=status_of(form))


def _upload(form: UploadForm, actor: Actor) -> ReportLayout:
    given = form.cleaned_data
    return actions.upload(
        by=actor, definition=given["definition"], name=given["file"].name, content=given["file"].read(),
        from_on=given["from_on"], note=given["note"],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@in_post(READ)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One template with its mistakes or its preview; the second person decides here."""
    actor = acting(request)
    found = _find(actor, key)
    here = reverse("indicators:layout", args=[key])
    form = DecideForm(request.POST if request.method == "POST" else None)
    approve = request.POST.get("do") == "approve"
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.decide(
            key, by=actor, approve=approve, note=form.cleaned_data["note"], seen=request.POST.get("seen", "")
        ),
        _("Approved. Reports of this kind can be taken out in this layout.") if approve else _("Refused."),
        here,
    )
    waits, mine = found.state == ReportLayout.State.WAITING, found.uploaded_by_id == actor.account_id
    context = {
        "layout": found,
        "label": label_of(found.definition),
        "tone": TONES[found.state],
        "flaws": [{"where": sayings.where(flaw), "text": sayings.flaw(flaw)} for flaw in found.flaws],
        "blocks": found.shown,
        "form": form,
        "may_decide": waits and not mine and actor.may(actions.APPROVE),
        "own": waits and mine,
        "may_end": _may_end(found, actor),
        "named": definition_of(found.definition) is not None,
    }
    return answer or render(request, "indicators/layouts/one.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def end(request: HttpRequest, key: UUID) -> HttpResponse:
    """Asks first, then ends a template for good."""
    actor = acting(request)
    here = reverse("indicators:layout", args=[key])
    if request.method == "GET":
        found = _find(actor, key)
        if not _may_end(found, actor):
            return see(here)
        return ending(
            request,
            found.file_name,
            _("End this template?"),
            _(
                "Reports of this kind are taken out in the template before this one from now on, or in the "
                "standard layout. To have it again it is uploaded and approved anew."
            )
            if found.state == ReportLayout.State.APPROVED
            else _("It is taken back: nobody decides on it any more. Reports of this kind stay as they are."),
            here,
        )
    return pressed(request, lambda: actions.end(key, by=actor), _("Ended."), here)


@require_safe
@in_post(READ)
def file(request: HttpRequest, key: UUID, which: str) -> HttpResponse:
    """The template as it was uploaded, or its preview, as Word opens it."""
    found = _find(acting(request), key)
    data = found.content if which == "template" else found.preview
    if which not in ("template", "preview") or data is None:
        raise Http404
    return _word(bytes(data), f"{which}-{found.definition.replace('.', '-')}-v{found.version}")


def _word(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _served(code: str) -> names.Served:
    definition = definition_of(code)
    if definition is None:
        raise Missing(_("There is no such report."))
    report = example.report(definition)
    return names.served(report, layout.paper(report, mark=actions.MARK))


@require_GET
@in_post(READ)
def naming(request: HttpRequest, code: str) -> HttpResponse:
    """Every name that a template of this kind of report may use, with an example."""
    with override(LANGUAGE):
        found = entries.entries(_served(code))
    context = {"groups": found, "label": label_of(code), "code": code}
    return render(request, "indicators/layouts/names.html", context)


@require_safe
@in_post(READ)
def sample(request: HttpRequest, code: str) -> HttpResponse:
    """The template to begin with: the standard layout with every placeholder in its place."""
    with override(LANGUAGE):
        made = specimen.template(_served(code))
    return _word(made, f"template-{code.replace('.', '-')}")
