"""The receipt: number and secret, what happens next and until when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lianglin.access.gate import acting
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules import LIFECYCLE
from lianglin.appeals.views import words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import qr
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt


@never_cache
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt: number and secret, what happens next and until when."""
    slip = drafts.slip(request.session)
    if slip is None:
        return HttpResponseRedirect(reverse("appeals:track"))
    actor = acting(request)
    case = (
        cases.visible(actor).filter(pk=slip["case"]).first() if actor.work_purpose in actor.purposes else None
    )
    item = catalogue.item_of(slip["item"])
    track = f"{reverse('appeals:track')}?number={slip['number']}"
    facts = [
        (_("What"), item.label if item else ""),
        (_("Where"), slip["place"]),
        (_("Reported"), local_dt(case.opened_at) if case else ""),
        (_("Me too"), _("counted with the earlier report of the same matter") if slip.get("joins") else ""),
    ]
    context = {
        "number": group_case_number(slip["number"]),
        "secret": slip["secret"],
        "facts": facts,
        "promises": _promises(case, item),
        "qr": qr.svg(request.build_absolute_uri(track)),
        "held": actor.case_id == slip["case"],
        "track_url": reverse("appeals:mine") if actor.case_id == slip["case"] else track,
    }
    return render(request, "appeals/public/sent.html", context)


def _promises(case: Case | None, item: Item | None) -> list[str]:
    """What happens next and until when, in the order it happens."""
    call_back = LIFECYCLE.limit("call_back")
    promises = []
    if case is not None and case.due_at is not None:
        until = local_dt(case.due_at)
        promises.append(
            _("By %(until)s it is given to the unit that can solve it, or answered at once.")
            % {"until": until}
        )
        if case.due_provisional:
            promises.append(_("That date is provisional: the holidays of that time are not yet official."))
    promises.append(
        _("Then the unit has %(limit)s for its answer.") % {"limit": words.item_limit(case, item)}
    )
    promises.append(
        _("Within %(limit)s of the answer you are asked whether it is solved.")
        % {"limit": cases.limit_words(call_back.amount, call_back.unit)}
    )
    return promises
