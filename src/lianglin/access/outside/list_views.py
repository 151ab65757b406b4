"""Pages of lists of logins: the form with its template, what is wrong row by row, and the second person's decision."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.again import proof_due, recently_proved_to_act
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES
from lianglin.access.governance.forms import NoteForm
from lianglin.access.governance.views.shared import refuse, show
from lianglin.access.models import LinkList
from lianglin.access.outside import list_rules, lists, provider
from lianglin.access.outside.list_forms import LinkFileForm
from lianglin.access.replies import see
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.paging import page

SHOWN = 200
"""Wrong rows on the page; who has more mends these first."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@require_http_methods(["GET", "POST"])
@in_post()
def link_lists(request: HttpRequest) -> HttpResponse:
    """Every list, newest first; the administrator brings a new one, which is proposed whole or not at all."""
    actor = acting(request)
    found = page(lists.lists(actor=actor), "-id", cursor=request.GET.get("cursor", ""))
    form, status, looked = LinkFileForm(request.POST or None, request.FILES or None), 200, None
    if request.method == "POST":
        actor.require("access.manage")
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                looked = lists.look_through(file=file.file, name=file.name, by=actor)
                reason = form.cleaned_data["reason"]
                made = lists.propose(looked=looked, name=file.name, reason=reason, by=actor)
            except HouseError as error:
                status = refuse(form, error)
            else:
                messages.success(
                    request, _("Proposed. It takes effect once the security officer has approved it.")
                )
                return see(reverse("access:link_list", args=[made.pk]))
    context = {
        "form": form if provider.is_open() and actor.may("access.manage") else None,
        "page": found,
        "rows": [{"list": row, "tone": TONES[row.state]} for row in found.rows],
        "wrong": [_said(one) for one in looked.wrong[:SHOWN]] if looked else [],
        "wrong_count": len(looked.wrong) if looked else 0,
    }
    return show(request, "link_lists", status, **context)


def _said(found: list_rules.Finding) -> dict[str, Any]:
    what, how = list_rules.MESSAGES[found.code]
    return {"row": found.row, "field": list_rules.COLUMNS[found.field][0], "what": what, "how": how}


@never_cache
@require_http_methods(["GET", "POST"])
@in_post()
@recently_proved_to_act
def link_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One list with its rows; the security officer decides it whole, who proposed it may take it back."""
    actor = acting(request)
    found = get_object_or_404(lists.lists(actor=actor), pk=pk)
    form, status = NoteForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            return _act(request, found, form.cleaned_data["note"])
        except HouseError as error:
            status = refuse(form, error)
    waiting = found.state == LinkList.State.WAITING
    concerned = actor.account_id == found.proposed_by_id or lists.concerns(pk, actor)
    approves = waiting and actor.may("access.approve")
    context = {
        "list": found,
        "form": form,
        "tone": TONES[found.state],
        "page": page(lists.rows(pk, actor=actor), "id", cursor=request.GET.get("cursor", "")),
        "may_decide": approves and not concerned,
        "may_withdraw": waiting and actor.account_id == found.proposed_by_id,
        "own": approves and concerned,
    }
    return show(request, "link_list", status, prove=proof_due(request), **context)


def _act(request: HttpRequest, found: LinkList, note: str) -> HttpResponse:
    actor = acting(request)
    if request.POST.get("do") == "withdraw":
        lists.withdraw(list_id=found.pk, by=actor)
        messages.success(request, _("Withdrawn."))
    elif request.POST.get("do") == "approve":
        count = lists.decide(list_id=found.pk, approve=True, note=note, by=actor)
        said = ngettext("Approved; %(n)s login is declared.", "Approved; %(n)s logins are declared.", count)
        messages.success(request, said % {"n": count})
    else:
        lists.decide(list_id=found.pk, approve=False, note=note, by=actor)
        messages.success(request, _("Refused."))
    return see(reverse("access:link_list", args=[found.pk]))


@require_GET
@in_post("access.manage")
def link_template(request: HttpRequest) -> HttpResponse:
    """An empty list with headings in both languages; both columns are text, so that no zero is lost."""
    import xlsxwriter

    if not provider.is_open():
        raise Missing(_("This city has no login of its own here."))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, text = book.add_worksheet(), book.add_format({"num_format": "@"})
        sheet.set_column(0, 1, 32, text)
        for at, (label, _known) in enumerate(list_rules.COLUMNS.values()):
            sheet.write_string(0, at, " ".join(_both(label)), book.add_format({"bold": True}))
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="logins.xlsx"'
    return answer


def _both(label: Any) -> list[str]:
    words = []
    for language in ("zh-hans", "en"):
        with override(language):
            words.append(str(label))
    return words
