"""订阅: by e-mail, confirmed by its owner, or by a program's address, which has to answer. Ended by a link."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianglin.access.replies import done, pressed, shown_once, status_of
from lianglin.appeals.actions import subscribing
from lianglin.appeals.actions.subscribing import Asked
from lianglin.appeals.forms.subscribing import SubscribeForm
from lianglin.appeals.models import PublicProblem, Subscription
from lianglin.appeals.queries import problem_news
from lianglin.appeals.queries.subjects import title_of
from lianglin.appeals.rules.subscribing import subject_of
from lianglin.kit import throttle
from lianglin.kit.errors import Missing

ASKS, WINDOW = 10, timedelta(hours=1)
"""Subscriptions that one address, and one mailbox, may ask for."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form; a mail, or a program's secret shown once, follows."""
    given = request.POST if request.method == "POST" else None
    about = _problem(request)
    form = SubscribeForm(request.GET, given=given, problem=about.pk if about else None)
    made: list[Asked] = []

    def act() -> None:
        chosen = form.cleaned_data
        throttle.hit("subscribe-from", throttle.client_address(request), limit=ASKS, window=WINDOW)
        if chosen["channel"] == "webhook":
            made.append(subscribing.ask_by_webhook(form.subject(), url=chosen["url"]))
            return
        throttle.hit("subscribe-to", chosen["email"].lower(), limit=ASKS, window=WINDOW)
        subscribing.ask_by_mail(form.subject(), email=chosen["email"])

    if given is not None:
        said = _("A mail is on its way. Open its link within three days and confirm.")
        onward = reverse("appeals:public_problem", args=[about.pk]) if about else reverse("appeals:subscribe")
        answer = done(request, form, act, said, onward)
        if answer is not None and made:
            return _shown_once(request, made[0])
        if answer is not None:
            return answer
    context = {"form": form, "about": about}
    return render(request, "appeals/subscriptions/new.html", context, status=status_of(form))


def _problem(request: HttpRequest) -> PublicProblem | None:
    """The problem class that the address names; 404 for one that residents are not told of."""
    given = request.GET.get("problem", "")
    if not given:
        return None
    found = problem_news.shown(int(given)) if given.isdecimal() and len(given) < 19 else None
    if found is None:
        raise Missing(_("Residents are not told of such a problem class now."))
    return found


def _shown_once(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The secret of a webhook: on this page and never again."""
    list(messages.get_messages(request))  # the words about a mail are not for this page
    context = {"secret": asked.secret, "page": reverse("appeals:subscription", args=[asked.token])}
    response = render(request, "appeals/subscriptions/webhook.html", context)
    return shown_once(response, context["page"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, name: str) -> HttpResponse:
    """What the link of a mail opens: looking does nothing (mail readers open links), a press confirms or ends."""
    throttle.hit("subscription", throttle.client_address(request), limit=120, window=WINDOW)
    one = subscribing.by_token(name)
    if one is None:
        if request.method == "POST":
            return pressed(request, lambda: None, _("It is ended."), reverse("appeals:closed"))
        raise Missing(_("There is no such subscription any more. Subscribe anew if you like."))
    if request.method == "POST":
        return _pressed(request, name)
    context = {
        "one": one,
        "subject": title_of(subject_of(one.subject)),
        "pending": one.state == Subscription.State.PENDING,
        "by_mail": one.channel == Subscription.Channel.EMAIL,
    }
    return render(request, "appeals/subscriptions/one.html", context)


def _pressed(request: HttpRequest, token: str) -> HttpResponse:
    here = reverse("appeals:subscription", args=[token])
    if request.POST.get("deed") == "end":
        said = _("Ended. Your address is deleted.")
        return pressed(request, lambda: subscribing.end(token), said, reverse("appeals:closed"))
    return pressed(
        request, lambda: subscribing.confirm_mail(token), _("Confirmed, for a year from today."), here
    )


routes: list[URLPattern] = [
    path("subscribe/", subscribe, name="subscribe"),
    path("subscription/<slug:name>/", subscription, name="subscription"),
]
