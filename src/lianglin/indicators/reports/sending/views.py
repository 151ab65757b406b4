"""Sending an issued report; the reports that one's office received."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, see, status_of
from lianglin.indicators.reports import layout, official
from lianglin.indicators.reports.actions import ISSUE, purpose, signing, taken_out
from lianglin.indicators.reports.layout import Block, Paper
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.schedules.forms import HandedOverForm, SendForm
from lianglin.indicators.reports.sending import actions, choosing
from lianglin.indicators.reports.sending.models import ReceivedReport, ReportCopy
from lianglin.indicators.reports.sending.offices import RECEIVE, offices
from lianglin.kit import paging
from lianglin.kit.errors import Missing
from lianglin.kit.messages import fates


def copies(actor: Actor, report: Report) -> list[ReportCopy]:
    """The copies of a report with their receipts, by office; those by mail with what became of the mail (``fate``)."""
    rows = ReportCopy.objects.visible_to(actor, purpose=purpose(actor)).filter(report=report)
    found = list(rows.select_related("organisation").order_by("organisation__code", "channel"))
    keys = {
        one.pk: actions.mail_key(report, one.organisation_id, one.address)
        for one in found
        if one.channel == ReportCopy.Channel.EMAIL
    }
    told = fates(list(keys.values()))
    for one in found:
        one.fate = told.get(keys.get(one.pk, ""))  # pyright: ignore[reportAttributeAccessIssue] - for the page
    return found


@require_http_methods(["GET", "POST"])
@in_post(ISSUE)
def send(request: HttpRequest, key: UUID) -> HttpResponse:
    """Sends an issued report to offices, or notes printed copies."""
    actor = acting(request)
    rows = Report.objects.visible_to(actor, purpose=purpose(actor)).filter(key=key)
    report = rows.exclude(state=Report.State.MAKING).first()
    if report is None:
        raise Missing(_("There is no such report in the area of your current post."))
    form = _form(request, actor)
    here = reverse("indicators:report", args=[key])
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.send(
            key, by=actor, to=form.receivers(), printed=form.cleaned_data.get("printed") or 0
        ),
        lambda made: _("New copies: %(n)s.") % {"n": made},
        here,
    )
    title = report.figures.get("title") or _("Report")
    context = {"form": form, "here": here, "title": title, "copies": copies(actor, report)}
    return answer or render(request, "indicators/sending/send.html", context, status=status_of(form))


def _form(request: HttpRequest, actor: Actor) -> SendForm:
    find = request.POST.get(choosing.FIND, "")
    if choosing.searched(request):
        return SendForm(initial=choosing.typed(request.POST, SendForm), offices=offices(actor), find=find)
    return SendForm(request.POST if request.method == "POST" else None, offices=offices(actor), find=find)


@require_http_methods(["GET", "POST"])
@in_post(ISSUE)
def handed_over(request: HttpRequest, key: UUID) -> HttpResponse:
    """Notes who signed for the sheets of one office."""
    actor = acting(request)
    rows = ReportCopy.objects.visible_to(actor, purpose=purpose(actor)).select_related(
        "report", "organisation"
    )
    found = rows.filter(key=key, channel=ReportCopy.Channel.PAPER).first()
    if found is None:
        raise Missing(_("There is no such copy on paper. Look at the list of copies again."))
    here = reverse("indicators:report", args=[found.report.key])
    if request.method != "POST" and found.opened_at is not None:
        return see(here)
    form = HandedOverForm(request.POST if request.method == "POST" else None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.handed_over(key, by=actor, signed_by=form.cleaned_data["signed_by"]),
        _("Noted as handed over."),
        here,
        once=True,
    )
    context = {"form": form, "here": here, "copy": found, "title": found.report.figures["title"]}
    return answer or render(request, "indicators/sending/handed_over.html", context, status=status_of(form))


def held(actor: Actor) -> Any:
    """What one's office received."""
    return ReceivedReport.objects.visible_to(actor, purpose=purpose(actor))


@require_GET
@in_post(RECEIVE)
def inbox(request: HttpRequest) -> HttpResponse:
    """What one's office received, the newest first."""
    rows = held(acting(request)).defer("paper")
    found = paging.page(rows, "-id", cursor=request.GET.get("cursor", ""), size=20)
    return render(request, "indicators/sending/inbox.html", {"page": found, "rows": found.rows})


def _find(actor: Actor, key: UUID) -> ReceivedReport:
    found = held(actor).filter(key=key).first()
    if found is None:
        raise Missing(_("Your office received no such report. Switch to the post of the office that did."))
    return found


@require_GET
@in_post(RECEIVE)
def received(request: HttpRequest, key: UUID) -> HttpResponse:
    """One report as it was issued; that it was opened is told to the sender."""
    actor = acting(request)
    found = _find(actor, key)
    actions.opened(found, by=actor)
    paper = _paper(found)
    blocks = [
        {"block": one, "rows": [[cell.split("\n") for cell in row] for row in one.rows], "svg": SafeString(one.svg)}
        for one in paper.blocks
    ]  # fmt: skip
    context = {
        "received": found,
        "paper": paper,
        "blocks": blocks,
        "newer": _copy_of(actor, found.ended_by),
        "before": _copy_of(actor, found.corrects),
    }
    return render(request, "indicators/sending/received.html", context)


def _copy_of(actor: Actor, report_key: UUID | None) -> ReceivedReport | None:
    """The own office's copy of another version; None where it holds none."""
    return held(actor).filter(report_key=report_key).defer("paper").first() if report_key else None


def _paper(found: ReceivedReport, mark: str = "") -> Paper:
    held = dict(found.paper)
    blocks = [Block(**one) for one in held.pop("blocks")]
    over = layout.replaced_by(found.version + 1) if found.ended_by else layout.WITHDRAWN
    return Paper(
        **{**held, "blocks": blocks, "mark": mark, "stamp": over if found.ended_at else held["stamp"]}
    )


@require_safe
@in_post(RECEIVE)
def received_pdf(request: HttpRequest, key: UUID) -> HttpResponse:
    """The same as a PDF, with who took it out on every page."""
    actor = acting(request)
    found = _find(actor, key)
    actions.opened(found, by=actor)
    mark = taken_out(*signing(actor))
    audit.record(
        "indicators.received.pdf", "indicators.ReceivedReport", found.pk, scope_code=found.scope_code
    )
    response = HttpResponse(official.document(_paper(found, mark)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="report-{found.sent_at:%Y-%m-%d}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
