"""Proposed changes of rights: who proposed what, and the second person's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import role_kinds
from lianglin.access.again import proof_due, recently_proved_to_act
from lianglin.access.gate import acting, in_post
from lianglin.access.governance import changes, queries
from lianglin.access.governance.deciding import TONES
from lianglin.access.governance.forms import NoteForm, StateFilter
from lianglin.access.governance.views.shared import chosen, refuse, show
from lianglin.access.models import LinkList, RightsChange
from lianglin.access.outside import lists
from lianglin.access.replies import see
from lianglin.kit.errors import HouseError
from lianglin.kit.paging import page


@require_GET
@in_post()
def change_list(request: HttpRequest) -> HttpResponse:
    """All changes, newest first; without a choice those that wait."""
    form = StateFilter(request.GET if "state" in request.GET else {"state": RightsChange.State.WAITING})
    rows = queries.changes(actor=acting(request), state=chosen(form).get("state", ""))
    found = page(rows, "-id", cursor=request.GET.get("cursor", ""))
    waiting = lists.lists(actor=acting(request), state=LinkList.State.WAITING).order_by("-id")[:20]
    listed = [{"change": row, "tone": TONES[row.state]} for row in found.rows]
    return show(request, "changes", form=form, page=found, rows=listed, lists=list(waiting))


@never_cache
@require_http_methods(["GET", "POST"])
@in_post()
@recently_proved_to_act
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change; the security officer approves or refuses it, who proposed it may take it back."""
    found = get_object_or_404(queries.changes(actor=acting(request)), pk=pk)
    form, status = NoteForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            answer = _act(request, found, form.cleaned_data["note"])
        except HouseError as error:
            status = refuse(form, error)
        else:
            return answer
    return show(request, "change", status, prove=proof_due(request), **_context(request, found, form))


def _act(request: HttpRequest, found: RightsChange, note: str) -> HttpResponse:
    here = reverse("access:change", args=[found.pk])
    if request.POST.get("do") == "withdraw":
        changes.withdraw(change_id=found.pk, by=acting(request))
        messages.success(request, _("Withdrawn."))
        return see(here)
    approve = request.POST.get("do") == "approve"
    password = changes.decide(change_id=found.pk, approve=approve, note=note, by=acting(request))
    if password:
        return show(request, "first_password_shown", account=found.account, password=password, onward=here)
    messages.success(request, _("Approved; it is in force.") if approve else _("Refused."))
    return see(here)


def _context(request: HttpRequest, found: RightsChange, form: NoteForm) -> dict[str, Any]:
    actor = acting(request)
    waiting = found.state == RightsChange.State.WAITING
    post = found.post
    concerned = (found.proposed_by_id, found.account_id)
    ends = post is not None and found.kind == RightsChange.Kind.END
    work = queries.open_work([post.pk]).get(post.pk, []) if ends and waiting and post else []
    role = found.role_code or (post.role_code if post else "")
    return {
        "change": found,
        "form": form,
        "tone": TONES[found.state],
        "role": role_kinds()[role].label if role else "",
        "work": work,
        "may_decide": waiting and actor.may("access.approve") and actor.account_id not in concerned,
        "may_withdraw": waiting and actor.account_id == found.proposed_by_id,
        "own": waiting and actor.may("access.approve") and actor.account_id in concerned,
    }
