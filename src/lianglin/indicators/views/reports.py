"""Reports of one's area: asked for, read, edited, issued, corrected, taken out as Word or PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, see, seen, status_of
from lianglin.indicators import queries
from lianglin.indicators.forms import CorrectForm, EditForm, FileForm, IssueForm, MakeForm, RecallForm
from lianglin.indicators.reports import actions, changes, excel, filing, layout
from lianglin.indicators.reports.finding import choices, labels
from lianglin.indicators.reports.models import Report, ReportFile
from lianglin.indicators.reports.own import actions as layouts
from lianglin.indicators.reports.own import sayings
from lianglin.indicators.reports.sending import actions as sending
from lianglin.indicators.reports.sending.going import Going, going
from lianglin.indicators.reports.sending.views import copies
from lianglin.kit import clock, paging
from lianglin.kit.errors import Conflict, Missing, Refused
from lianglin.kit.period import Period

TYPES = {
    ReportFile.Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ReportFile.Format.PDF: "application/pdf",
    ReportFile.Format.XLSX: excel.TYPE,
}
TONES = {
    "draft": "active", "issued": "good", "making": "waiting", "refused": "bad", "replaced": "closed", "recalled": "bad",
}  # fmt: skip
FILE_TONES = {"ready": "good", "asked": "waiting", "refused": "bad"}


def _seen_by(actor: Actor) -> Any:
    return Report.objects.visible_to(actor, purpose=actions.purpose(actor))


def _find(actor: Actor, key: UUID) -> Report:
    found = _seen_by(actor).select_related("organisation", "issued_by", "corrects").filter(key=key).first()
    if found is None:
        raise Missing(_("There is no such report in the area of your current post."))
    return found


@require_http_methods(["GET", "POST"])
@in_post(actions.READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The reports of the area, the newest first, and the form that asks for another one."""
    actor = acting(request)
    form = _make_form(request, actor)
    if request.method == "POST":
        answer = done(
            request,
            form,
            lambda: _ask(form, actor),
            _("It is being counted. It appears here when it is ready."),
            lambda made: reverse("indicators:report", args=[made.key]),
        )
        if answer is not None:
            return answer
    rows = _seen_by(actor).defer("figures", "texts").select_related("organisation")
    page = paging.page(rows, "-id", cursor=request.GET.get("cursor", ""), size=20)
    named = labels({one.definition for one in page.rows})
    places = {code: _place_label(code) for code in {one.scope_code for one in page.rows}}
    context = {
        "form": form,
        "page": page,
        "rows": [
            {
                "report": one,
                "label": named[one.definition],
                "place": places[one.scope_code],
                "period": _period(one),
                "tone": TONES.get(one.state, "closed"),
            }
            for one in page.rows
        ],
    }
    return render(request, "indicators/reports.html", context, status=422 if form.errors else 200)


def _place_label(code: str) -> str:
    found = queries.place(code)
    return found.label if found else code


def _period(report: Report) -> str:
    return actions.period_of(report).code


def _make_form(request: HttpRequest, actor: Actor) -> MakeForm:
    month = Period.month_of(clock.today())
    around = queries.surroundings(actor.low, month)
    places = [(p.code, p.label) for p in ([around.place, *around.below] if around else [])]
    return MakeForm(
        request.POST if request.method == "POST" else None,
        definitions=choices(actor),
        places=places,
        initial={"period": month.previous().code},
    )


def _ask(form: MakeForm, actor: Actor) -> Report:
    chosen = form.cleaned_data
    try:
        period = Period.parse(chosen["period"])
    except ValueError as error:
        raise Refused(_("This is no period. Write a week like 2026-W47, a month like 2026-11, a quarter or a year."),
                      field="period") from error  # fmt: skip
    return actions.ask(
        by=actor,
        definition=chosen["definition"],
        scope_code=chosen["place"],
        period=period,
        public=chosen["public"],
    )


@require_GET
@in_post(actions.READ)
def shown(request: HttpRequest, key: UUID) -> HttpResponse:
    """One report as it will be printed, with what can be done with it now."""
    return _shown(request, key)


def _shown(
    request: HttpRequest, key: UUID, *, correcting: Any = None, filing_form: Any = None
) -> HttpResponse:
    actor = acting(request)
    report = _find(actor, key)
    ready = report.state in filing.READABLE
    own = ReportFile.objects.visible_to(actor, purpose=actions.purpose(actor)).defer("content")
    files = [
        {
            "file": one,
            "tone": FILE_TONES.get(one.state, "closed"),
            "ready": _fetchable(one),
            "why": _why(one),
        }
        for one in own.filter(report=report).order_by("-id")[:10]
    ]
    newer = _seen_by(actor).filter(corrects=report).defer("figures", "texts").first()
    issued = report.state == Report.State.ISSUED
    context = {
        "report": report,
        "title": report.figures.get("title") or _("Report"),
        "tone": TONES.get(report.state, "closed"),
        "period": _period(report),
        "blocks": [_block(block) for block in layout.blocks(report)] if ready else [],
        "files": files,
        "waiting": report.state == Report.State.MAKING or any(f["file"].state == "asked" for f in files),
        "newer": newer,
        "coming": newer is not None and newer.issued_at is None and newer.state != Report.State.REFUSED,
        "changed": changes.told(report.figures.get("changes", {})),
        "draft": report.state == Report.State.DRAFT,
        "ready": ready,
        "may_send": issued and actor.may(actions.ISSUE),
        **_gone(actor, report, ready=ready),
        "may_issue": report.state == Report.State.DRAFT and actor.may(actions.ISSUE),
        "correct_form": (correcting or CorrectForm())
        if issued and (newer is None or newer.state == Report.State.REFUSED)
        else None,
        "file_form": filing_form or FileForm(layout=_layout(actor, report)),
        "sample": report.figures.get("sample"),
    }
    failed = bool((correcting and correcting.errors) or (filing_form and filing_form.errors))
    return render(request, "indicators/report.html", context, status=422 if failed else 200)


def _gone(actor: Actor, report: Report, *, ready: bool) -> dict[str, Any]:
    """The copies of a report, and the offices that were meant to get one and cannot."""
    held = copies(actor, report) if ready else []
    meant = going(report, actor) if report.state == Report.State.ISSUED else Going()
    there = {one.organisation_id for one in held}
    left_out = {pk: told for pk, told in meant.left_out.items() if pk not in there}
    return {"copies": held, "left_out": left_out, "on_paper": meant.on_paper}


def _fetchable(one: ReportFile) -> bool:
    return one.state == ReportFile.State.READY and one.expires_at > clock.now()


def _layout(actor: Actor, report: Report) -> str:
    """What the office's own template for this report is called; "" when it has none in force."""
    found = layouts.in_force(actor, organisation_id=report.organisation_id, definition=report.definition)
    return _("version %(number)s") % {"number": found.version} if found else ""


def _why(one: ReportFile) -> str:
    """Why a file was not made, where it says so."""
    if one.state != ReportFile.State.REFUSED or not one.error:
        return ""
    if one.error.get("code") == "rights":
        return _("The post that asked may no longer read this report.")
    if one.error.get("code") == filing.FAILED:
        return _(
            "An error of the platform; it was written down. Ask again; if it fails again, tell whoever runs it."
        )
    return " ".join(filter(None, (sayings.where(one.error), sayings.flaw(one.error))))


def _block(block: layout.Block) -> dict[str, Any]:
    """A block for the page; the chart's SVG is our own, its texts escaped where it is drawn."""
    rows = [[cell.split("\n") for cell in row] for row in block.rows]
    return {"block": block, "rows": rows, "svg": SafeString(block.svg)}


@require_http_methods(["GET", "POST"])
@in_post(actions.READ)
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """The sentences of a draft, section by section; a paragraph a line. Figures are not edited."""
    actor = acting(request)
    report = _find(actor, key)
    here = reverse("indicators:report", args=[key])
    posted = request.method == "POST"
    if not posted and report.state != Report.State.DRAFT:
        return see(here)
    form = EditForm(request.POST if posted else None, report=report)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.edit(key, by=actor, texts=form.texts(), seen=seen(request)),
        _("The sentences are kept."),
        here,
    )
    overtaken = isinstance(getattr(form, "refused", None), Conflict) and report.state == Report.State.DRAFT
    context = {
        "report": report,
        "title": report.figures.get("title") or _("Report"),
        "form": form,
        "here": here,
        "edits": seen(request) if posted and not overtaken else report.edits,
        "now": form.kept_otherwise() if overtaken else [],
        "before": form.before(report.corrects),
    }
    return answer or render(request, "indicators/edit_report.html", context, status=status_of(form))


@require_POST
@in_post(actions.READ)
def count_again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Counts a draft anew."""
    actor = acting(request)
    here = reverse("indicators:report", args=[key])
    return pressed(request, lambda: actions.count_again(key, by=actor), _("It is being counted again."), here)


@require_http_methods(["GET", "POST"])
@in_post(actions.ISSUE)
def issue(request: HttpRequest, key: UUID) -> HttpResponse:
    """Issues a draft, after a page that says what this means; who comes second is led to the report."""
    actor = acting(request)
    report = _find(actor, key)
    here = reverse("indicators:report", args=[key])
    if request.method != "POST" and report.state != Report.State.DRAFT:
        return see(here)
    form = IssueForm(request.POST if request.method == "POST" else None)
    edits = seen(request)
    answer = form.is_bound and done(
        request,
        form,
        lambda: sending.issue(key, by=actor, seen=edits, **form.cleaned_data),
        _("Issued."),
        here,
        once=report.state != Report.State.DRAFT,
    )
    context = {
        "report": report,
        "title": report.figures.get("title") or _("Report"),
        "here": here,
        "form": form,
        "edits": edits if form.is_bound else report.edits,
        "going": going(report, actor),
    }
    return answer or render(request, "indicators/issue_report.html", context, status=status_of(form))


@require_POST
@in_post(actions.READ)
def correct(request: HttpRequest, key: UUID) -> HttpResponse:
    """Begins a new version of an issued report."""
    actor, form = acting(request), CorrectForm(request.POST)
    answer = done(
        request,
        form,
        lambda: actions.correct(key, by=actor, why=form.cleaned_data["why"]),
        _("The new version is being counted."),
        lambda made: reverse("indicators:report", args=[made.key]),
    )
    return answer if answer is not None else _shown(request, key, correcting=form)


@require_http_methods(["GET", "POST"])
@in_post(actions.ISSUE)
def recall(request: HttpRequest, key: UUID) -> HttpResponse:
    """Withdraws an issued report, after a page that says what this means and who is told."""
    actor = acting(request)
    report = _find(actor, key)
    here = reverse("indicators:report", args=[key])
    if request.method != "POST" and report.state != Report.State.ISSUED:
        return see(here)
    form = RecallForm(request.POST if request.method == "POST" else None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: sending.recall(key, by=actor, why=form.cleaned_data["why"]),
        _("Withdrawn. Those who hold it are told."),
        here,
        once=report.state != Report.State.ISSUED,
    )
    context = {
        "report": report,
        "title": report.figures.get("title") or _("Report"),
        "here": here,
        "form": form,
        "copies": copies(actor, report),
    }
    return answer or render(request, "indicators/recall_report.html", context, status=status_of(form))


@require_POST
@in_post(actions.READ)
def ask_file(request: HttpRequest, key: UUID) -> HttpResponse:
    """Asks for a Word or PDF file of the report."""
    actor = acting(request)
    report = _find(actor, key)
    form = FileForm(request.POST, layout=_layout(actor, report))
    answer = done(
        request,
        form,
        lambda: filing.ask_file(
            report,
            by=actor,
            file_format=form.cleaned_data["format"],
            reason=form.cleaned_data["reason"],
            own=form.cleaned_data.get("own") == "own",
        ),
        _("It is being made. It appears here when it is ready."),
        reverse("indicators:report", args=[key]),
    )
    return answer if answer is not None else _shown(request, key, filing_form=form)


@require_GET
@in_post(actions.READ)
def fetch(request: HttpRequest, key: UUID) -> HttpResponse:
    """The file itself; that it was fetched is audited."""
    found, data = filing.fetch(key, by=acting(request))
    response = HttpResponse(data, content_type=TYPES[ReportFile.Format(found.format)])
    report = found.report
    name = f"{report.definition.replace('.', '-')}-{report.scope_code or 'city'}-{_period(report)}-v{report.version}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{found.format}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
