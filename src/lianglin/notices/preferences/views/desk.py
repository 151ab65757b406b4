"""A worker notes how a resident wishes to be told; a member of staff chooses the own mails."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.notices.models import StaffMail
from lianglin.notices.preferences import actions, groups, queries
from lianglin.notices.preferences.forms import StaffMailForm, WishForm
from lianglin.notices.preferences.manifest import NOTE
from lianglin.notices.preferences.models import Wish
from lianglin.notices.preferences.views.own import quiet_words
from lianglin.people.models import Resident
from lianglin.people.rules import mask_name


def panel(actor: Actor, subject: Resident) -> dict[str, Any] | None:
    """How the person wishes to be told, and since when; None without the duty."""
    if not actor.may(NOTE) or "serve_household" not in actor.purposes:
        return None
    wish = queries.of_person(subject.pk, actor).select_related("post").first()
    return {"wish": wish, "quiet": quiet_words(wish), "url": reverse("notices:wishes_of", args=[subject.pk])}


@require_http_methods(["GET", "POST"])
@in_post(NOTE)
def of_resident(request: HttpRequest, pk: int) -> HttpResponse:
    """The wish of one resident of the area, with what was wished before."""
    actor = acting(request)
    people = Resident.objects.visible_to(actor, purpose="serve_household")
    person = people.filter(pk=pk, ended_on__isnull=True).first()
    if person is None:
        raise Http404
    wishes = list(queries.of_person(pk, actor).select_related("post")[:10])
    sent = request.POST if request.method == "POST" else None
    form = WishForm(sent, wish=wishes[0] if wishes else None, city=queries.city_quiet(), asking=True)

    def act() -> Wish:
        who = form.cleaned_data["asked_by"]
        return actions.wish_for_person(pk, given=form.given(), by=actor, asked_by=who)

    answer = form.is_bound and done(
        request, form, act, _("Noted. It counts from now on."), reverse("notices:wishes_of", args=[pk])
    )
    context = {
        "form": form, "wishes": wishes, "name": mask_name(person.name), "stay_on": groups.stay_on(),
        "back": reverse("people:file", args=[pk]),
    }  # fmt: skip
    return answer or render(request, "notices/wishes/of.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post("notices.inbox")
def my_mail(request: HttpRequest) -> HttpResponse:
    """Whether the one who is logged in is told by mail, beside the messages to the post."""
    actor = acting(request)
    kept = StaffMail.objects.visible_to(actor, purpose=min(actor.purposes)).first()
    initial = {"mode": kept.mode, "email": kept.email or ""} if kept else {"mode": StaffMail.Mode.NONE}
    form = StaffMailForm(request.POST if request.method == "POST" else None, initial=initial)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.set_staff_mail(**form.cleaned_data, by=actor),
        _("Saved."),
        reverse("notices:my_mail"),
    )
    context = {"form": form, "told_at": kept.told_at if kept else None}
    return answer or render(request, "notices/wishes/my_mail.html", context, status=status_of(form))
