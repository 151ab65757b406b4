"""Settings of the page itself."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lianglin.kit.context import ELDER


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Turns 长辈版 on or off and goes back to the page."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        ELDER, "1" if request.POST.get("on") == "1" else "0", max_age=int(timedelta(days=730).total_seconds()),
        secure=request.is_secure(), httponly=True, samesite="Lax",
    )
    return response
