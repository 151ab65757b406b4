"""The page of the keys, for the security officer: numbers and counts, never a key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.again import proof_due, recently_proved_to_act
from lianglin.access.gate import acting, in_post
from lianglin.access.governance import keys
from lianglin.access.governance.audit_forms import KeyOrderForm
from lianglin.access.governance.views.shared import show
from lianglin.access.replies import done


@require_http_methods(["GET", "POST"])
@in_post("access.keys")
@recently_proved_to_act
def key_page(request: HttpRequest) -> HttpResponse:
    """Rings, columns, orders; a POST orders a count or a rotation, with the reason."""
    form = KeyOrderForm(request.POST or None)

    def act() -> None:
        keys.order(**form.cleaned_data, by=acting(request))

    said = _("Ordered. The worker does it in the background; look again later.")
    if request.method == "POST" and (answer := done(request, form, act, said, reverse("access:key_rings"))):
        return answer
    columns, counted = keys.columns()
    context = {
        "rings": keys.rings(),
        "columns": columns,
        "counted": counted,
        "orders": keys.orders(),
        "missing": sorted({number for column in columns for number in column.missing}),
        "form": form,
        "prove": proof_due(request),
    }
    return show(request, "keys", 422 if form.errors else 200, **context)
