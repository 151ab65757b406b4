"""How a resident wishes to be told: under 我的 for everything, on the page of one matter for that matter alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.access.replies import done, see, status_of
from lianglin.kit.views import remember_elder
from lianglin.notices.preferences import actions, groups, queries
from lianglin.notices.preferences.forms import WishForm
from lianglin.notices.preferences.models import Wish


def panel(actor: Actor, _subject: Any) -> dict[str, Any] | None:
    """In one line how the person is told; None for who did not log in."""
    if actor.resident_id is None:
        return None
    wish = queries.of_person(actor.resident_id, actor).first()
    return {"wish": wish, "quiet": quiet_words(wish)}


def quiet_words(wish: Wish | None) -> str:
    """ "21:00-08:00", or "" when messages may come at any hour."""
    start, end = queries.quiet_of(wish)
    return "" if start == end else f"{start:%H:%M}-{end:%H:%M}"


@never_cache
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Everything that concerns the person who logged in, or the ward."""
    actor = acting(request)
    resident_id = actor.resident_id
    if resident_id is None:
        return see(reverse("logins:phone") + f"?next={reverse('notices:wishes')}")
    wish = queries.of_person(resident_id, actor).first()
    form = WishForm(request.POST if request.method == "POST" else None, wish=wish, city=queries.city_quiet())

    def act() -> Wish:
        return actions.wish_for_person(resident_id, given=form.given(), by=actor)

    answer = form.is_bound and done(request, form, act, saved_words(), reverse("notices:wishes"))
    more = {
        "lead": _("It counts for everything that concerns you, from now on."),
        "back": reverse("logins:me"),
    }
    return answer or _page(request, form, wish, _("How to tell me"), **more)


def saved_words() -> str:
    """What is said after a wish was kept."""
    return _("Saved. It counts from now on, also for messages that wait.")


def matter(request: HttpRequest, *, scope_code: str, back: str) -> HttpResponse:
    """The one matter that the actor holds by number and query code; for the page of the domain it belongs to."""
    actor = acting(request)
    wish = queries.of_matter(actor.case_id or 0, actor).first()
    form = WishForm(request.POST if request.method == "POST" else None, wish=wish, city=queries.city_quiet())

    def act() -> Wish:
        return actions.wish_for_matter(scope_code=scope_code, given=form.given(), by=actor)

    answer = form.is_bound and done(request, form, act, saved_words(), request.path)
    more = {"lead": _("It counts for this one matter alone."), "back": back}
    return answer or _page(request, form, wish, _("How to tell me of this matter"), **more)


def _page(request: HttpRequest, form: WishForm, wish: Wish | None, title: str, **more: Any) -> HttpResponse:
    context = {"form": form, "wish": wish, "title": title, "stay_on": groups.stay_on(), **more}
    return remember_elder(
        request, render(request, "notices/wishes/own.html", context, status=status_of(form))
    )
