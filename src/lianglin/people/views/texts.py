"""The officer's screen of consent texts: every version as it was shown, and a new one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done
from lianglin.people.actions import consents as actions
from lianglin.people.forms.keeping import TextForm
from lianglin.people.queries import consents


@require_GET
@in_post("people.texts")
def texts(request: HttpRequest) -> HttpResponse:
    """Every purpose with its versions, the one in force first."""
    shown, known = consents.texts_in_force(), consents.versions()
    groups = [
        {
            "purpose": purpose,
            "versions": [{"text": t, "current": shown.get(code) == t} for t in known if t.purpose == code],
        }
        for code, purpose in consents.purposes().items()
    ]
    return render(request, "people/texts.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
@in_post("people.texts")
def publish(request: HttpRequest) -> HttpResponse:
    """Puts a new version into force; it begins from the words of the one before."""
    actor, asked = acting(request), request.GET.get("purpose", "")
    before = consents.texts_in_force().get(asked)
    names = list(TextForm.base_fields)
    initial = (
        {name: getattr(before, name) for name in names if name not in ("renews", "form_number")}
        if before
        else {}
    )
    form = TextForm(request.POST or None, initial=initial or {"purpose": asked})

    def act() -> None:
        actions.publish_text(words=actions.Words(**form.cleaned_data), by=actor)

    onward = reverse("people:texts")
    if request.method == "POST" and (answer := done(request, form, act, _("The text is in force."), onward)):
        return answer
    context = {"form": form, "title": _("A new version"), "back": onward}
    return render(request, "people/form.html", context, status=422 if form.is_bound and form.errors else 200)
