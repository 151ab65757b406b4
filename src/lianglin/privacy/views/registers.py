"""The registers of the protection officer: processing, processors, sharing, assessments, erasures, retention."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import job
from lianglin.access.again import recently_proved
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, see
from lianglin.access.transaction import acting as as_actor
from lianglin.kit import clock, discovery
from lianglin.kit.paging import page
from lianglin.kit.spreadsheet import as_csv
from lianglin.notices import drafts
from lianglin.privacy.actions import exporting
from lianglin.privacy.actions import registers as actions
from lianglin.privacy.forms import desk as forms
from lianglin.privacy.models import Assessment, Erasure, Processor, Sharing
from lianglin.privacy.queries import assessments, notice, retention
from lianglin.privacy.rules import in_words
from lianglin.privacy.views.replies import file
from lianglin.privacy.views.runs import along

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@in_post("privacy.read")
def registers(request: HttpRequest) -> HttpResponse:
    """Contracts with processors, records of sharing, and the register of processing to take away."""
    sharing = page(Sharing.objects.all(), "-id", cursor=request.GET.get("cursor", ""))
    context = {
        "processors": Processor.objects.order_by("name", "id")[:200],
        "page": sharing,
        "uses": len(notice.register()) - 1,
        "may_write": acting(request).may("privacy.register"),
    }
    return render(request, "privacy/desk/registers.html", context)


@require_GET
@in_post("privacy.read")
def processing(request: HttpRequest, code: str) -> HttpResponse:
    """The register of processing, as CSV or XLSX."""
    rows = notice.register()
    if code == "csv":
        return file(as_csv(rows), "processing.csv", "text/csv; charset=utf-8")
    if code != "xlsx":
        raise Http404
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    sheet.freeze_panes(1, 0)
    book.close()
    return file(out.getvalue(), "processing.xlsx", XLSX)


def _entry(request: HttpRequest, form: Any, act: Any, title: str, said: str, back: str) -> HttpResponse:
    draft = drafts.fill(request, "privacy-" + type(form).__name__.removesuffix("Form").lower(), form)
    if request.method == "POST" and (answer := done(request, form, act, said, reverse(back))):
        drafts.discard(request, draft)
        return answer
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "title": title, "back": reverse(back), "draft": draft}
    return render(request, "privacy/desk/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@in_post("privacy.register")
def processor_new(request: HttpRequest) -> HttpResponse:
    """A contract with a processor."""
    form = forms.ProcessorForm(request.POST or None)

    def act() -> None:
        actions.record_processor(by=acting(request), **form.cleaned_data)

    return _entry(request, form, act, _("Enter a processor"), _("Entered."), "privacy:registers")


@require_http_methods(["GET", "POST"])
@in_post("privacy.register")
def sharing_new(request: HttpRequest) -> HttpResponse:
    """A giving of data to another body."""
    form = forms.SharingForm(request.POST or None)

    def act() -> None:
        actions.record_sharing(by=acting(request), **form.cleaned_data)

    return _entry(request, form, act, _("Enter a giving"), _("Entered."), "privacy:registers")


# --- assessments -----------------------------------------------------------------------------------------


@require_GET
@in_post("privacy.read")
def assessments_page(request: HttpRequest) -> HttpResponse:
    """Which services need one, which are live, and every assessment made."""
    actor = acting(request)
    found = page(assessments.assessments(actor), "-id", cursor=request.GET.get("cursor", ""))
    labels = {manifest.code: manifest.label for manifest in discovery.manifests()}
    context = {
        "needed": assessments.needed(),
        "page": found,
        "rows": [(one, labels.get(one.domain, one.domain)) for one in found.rows],
        "may_assess": actor.may("privacy.assess"),
        "may_approve": actor.may("privacy.approve"),
    }
    return render(request, "privacy/desk/assessments.html", context)


@require_http_methods(["GET", "POST"])
@in_post("privacy.assess")
def assessment_new(request: HttpRequest) -> HttpResponse:
    """A new assessment, which another post must approve."""
    form = forms.AssessmentForm(request.POST or None)

    def act() -> None:
        actions.assess(by=acting(request), **form.cleaned_data)

    said = _("Written. It counts once another post has approved it.")
    return _entry(request, form, act, _("New impact assessment"), said, "privacy:assessments")


@require_POST
@in_post("privacy.approve")
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """The second pair of eyes."""
    actions.approve(_number(Assessment, code), by=acting(request))
    messages.success(request, _("Approved."))
    return see(reverse("privacy:assessments"))


@require_POST
@in_post("privacy.assess")
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """The processing has changed: the service closes until there is a new assessment."""
    actions.withdraw_assessment(_number(Assessment, code), by=acting(request))
    messages.success(request, _("Withdrawn. The service is closed unless another assessment holds."))
    return see(reverse("privacy:assessments"))


def _number(model: Any, code: str) -> int:
    if not code.isdecimal() or len(code) > 18 or not model.objects.filter(pk=int(code)).exists():
        raise Http404
    return int(code)


# --- retention and erasures ------------------------------------------------------------------------------


@require_GET
@in_post("privacy.read")
def retention_page(request: HttpRequest) -> HttpResponse:
    """Every rule, its last run, and how many rows are due now; counted as the nightly task would."""
    runs, today = retention.last_runs(), clock.today()
    with as_actor(job()) as counter:
        due = {rule.model: retention.ran_out(rule, counter, today).count() for rule in retention.rules()}
    labels = {found.model: notice.label_of(found.model) for found in discovery.each("retention")}
    rows = [
        {
            "label": labels[rule.model],
            "keep": in_words(rule.keep),
            "method": rule.method,
            "reason": rule.reason,
            "run": runs.get(rule.model),
            "due": due.get(rule.model),
            "along": along(runs.get(rule.model)),
        }
        for rule in discovery.each("retention")
    ]
    found = page(Erasure.objects.all(), "-id", cursor=request.GET.get("cursor", ""))
    erased = [{"entry": entry, "label": notice.label_of(entry.model)} for entry in found.rows]
    context = {"rows": rows, "page": found, "erased": erased}
    return render(request, "privacy/desk/retention.html", context)


@require_GET
@in_post("privacy.decide")
@recently_proved
def ledger(request: HttpRequest) -> HttpResponse:
    """The erasure ledger, to be kept apart from the database: ids and digests."""
    data = "".join(exporting.exported(Erasure.objects.order_by("id"))).encode()
    return file(data, "erasures.jsonl", "application/jsonl")


routes: list[URLPattern] = [
    path("desk/registers/", registers, name="registers"),
    path("desk/registers/processing/<slug:code>/", processing, name="processing"),
    path("desk/registers/processors/new/", processor_new, name="processor_new"),
    path("desk/registers/sharing/new/", sharing_new, name="sharing_new"),
    path("desk/assessments/", assessments_page, name="assessments"),
    path("desk/assessments/new/", assessment_new, name="assessment_new"),
    path("desk/assessments/<slug:code>/approve/", approve, name="assessment_approve"),
    path("desk/assessments/<slug:code>/withdraw/", withdraw, name="assessment_withdraw"),
    path("desk/retention/", retention_page, name="retention"),
    path("desk/retention/ledger/", ledger, name="ledger"),
]
