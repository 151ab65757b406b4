"""查进度: a resident follows one matter with number and secret, adds to it, confirms, objects, withdraws, leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actions import hold_case, let_go
from lianglin.access.gate import acting
from lianglin.access.queries import who_looked
from lianglin.access.replies import pressed, see
from lianglin.access.transaction import together
from lianglin.appeals import actions, rules
from lianglin.appeals.actions import publishing
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.public import AddForm, ConfirmForm, ReopenForm, TrackForm, Versioned, WithdrawForm
from lianglin.appeals.queries import own as queries
from lianglin.appeals.queries import petitions, publication
from lianglin.appeals.views import words
from lianglin.cases import actions as case_actions
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.files import actions as files
from lianglin.files import queries as files_queries
from lianglin.files import uploads
from lianglin.files.rules import MAX_FILES
from lianglin.kit import throttle
from lianglin.kit.csrf import keeps_typing
from lianglin.kit.errors import HouseError, Refused, TooMany
from lianglin.kit.ids import group_case_number
from lianglin.kit.views import forget_device, remember_elder
from lianglin.notices import drafts as kept_drafts
from lianglin.notices.delivery import queries as deliveries
from lianglin.notices.delivery import words as delivery_words
from lianglin.notices.preferences.views import own as wishes

STOPPED = frozenset({"refused", "redirected", "merged", "withdrawn"})
"""Ends at which the way was not gone to its end: no stage line is drawn."""


def expired_words() -> str:
    """What a form says whose page was open too long."""
    return _("This page was open too long. Nothing was sent and nothing is lost: please press once more.")


def posted(request: HttpRequest, *, files: bool = False) -> tuple[Any, ...]:
    """What binds a form: the fields (and files) that were posted, even none; an unbound form otherwise."""
    if request.method != "POST":
        return ()
    return (request.POST, request.FILES) if files else (request.POST,)


def accepted(request: Any, form: Form) -> bool:
    """Whether the form may be carried out; an expired page is shown again with what was typed."""
    valid = form.is_valid()
    if request.expired:
        form.add_error(None, expired_words())
    return valid and not request.expired


def shown(request: Any, template: str, context: dict[str, Any], status: int = 0) -> HttpResponse:
    """The page of a form: 200, 422 with errors (413: a file too large), 403 when its token had expired."""
    form = context["form"]
    wrong = uploads.status(request) if form.is_bound and form.errors else 200
    return render(request, template, context, status=403 if request.expired else status or wrong)


@never_cache
@keeps_typing
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Number and secret open one matter for half an hour; a wrong pair says nothing about which was wrong."""
    form, status = TrackForm(*posted(request), initial={"number": request.GET.get("number", "")[:24]}), 0
    signed_in = acting(request).account_id is not None
    if request.method == "POST" and not signed_in and accepted(request, form):
        try:
            with together():
                holder = case_actions.claim(**form.cleaned_data, address=throttle.client_address(request))
        except HouseError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.message))
            status = error.status
        else:
            hold_case(request=request, case_id=holder.case_id or 0)
            return see(reverse(_onward(request)))
    context = {"form": form, "signed_in": signed_in, "lost": drafts.typed(request.session)}
    response = remember_elder(request, shown(request, "appeals/public/track.html", context, status))
    if status == TooMany.status:
        response["Retry-After"] = str(int(case_actions.CLAIM_WINDOW.total_seconds()))
    return response


def _onward(request: HttpRequest) -> str:
    """To the matter, or back to the form whose words were kept while the half hour ran out."""
    lost = drafts.typed(request.session)
    return lost["page"] if lost and lost["page"] in _FORMS else "appeals:mine"


def holding(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets only the holder of a case in. What somebody typed is kept until they have shown the receipt again."""

    @never_cache
    @keeps_typing
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if acting(request).case_id is not None:
            return view(request, *args, **kwargs)
        if request.method == "POST" and request.POST.get("note", "").strip():
            drafts.keep_typed(
                request.session, page=request.resolver_match.view_name, note=request.POST["note"][:2000]
            )
        messages.info(
            request, _("The half hour is over, or this page was left. Show the receipt again to go on.")
        )
        return HttpResponseRedirect(reverse("appeals:track"))

    return guarded


def _mine(request: HttpRequest) -> Case:
    case = queries.own_case(acting(request))
    if case is None:
        raise Refused(_("This matter is no longer here. Look it up with its receipt, or call 12345."))
    return case


@holding
@require_http_methods(["GET", "HEAD"])
def mine(request: HttpRequest) -> HttpResponse:
    """The whole matter: where it stands, who has it, until when, every step with its reason, who looked."""
    actor = acting(request)
    if petitions.own(actor) is not None:
        return see(reverse("appeals:my_petition"))
    case = _mine(request)
    steps = cases.steps(case, actor)
    may = {move.code for move in cases.possible_moves(case, actor)}
    context = {
        "case": case,
        "number": group_case_number(case.number),
        "tone": words.tone(case.state),
        "place": words.place(case),
        "stages": [] if case.state in STOPPED else words.stages(case, steps),
        "steps": words.steps(case, steps, to_appellant=True),
        "holder": case.owner.label
        if case.owner
        else _("%(place)s residents' committee") % {"place": case.community.label},
        "promise": queries.promise(case, steps),
        "left": cases.time_left(case),
        "answer": queries.answer(steps),
        "photos": files_queries.of_case(case.pk, actor),
        "looks": words.looks(who_looked(case.pk, actor=actor)),
        "written": [delivery_words.shown(one) for one in deliveries.of_case(case.pk, actor)],
        "may": may,
        "kept_private": publication.is_objected(case.pk, actor),
        "running": not case.lifecycle.state(case.state).final,
    }
    return render(request, "appeals/public/mine.html", context)


@holding
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """More words or pictures for a matter that runs."""
    actor, case = acting(request), _mine(request)
    if case.lifecycle.state(case.state).final:
        raise Refused(_("This matter is closed, so nothing can be added. Have it reopened, or report anew."))
    form = AddForm(*posted(request, files=True), initial=_typed(request))
    if request.method == "POST" and accepted(request, form):
        given = form.cleaned_data

        def act() -> None:
            note = given["note"] or _("%(n)s pictures or papers added") % {"n": len(given["photos"])}
            actions.add_material(case.pk, by=actor, note=note)
            for ready in given["photos"]:
                files.attach(case_id=case.pk, scope_code=case.scope_code, upload=ready, by=actor)

        if done := _done(request, form, act, _("Added. Whoever handles it sees it now.")):
            return done
    return _form_page(request, "add", case, form, room=MAX_FILES)


@holding
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Taking it back, on a page of its own."""
    case = _mine(request)
    form = WithdrawForm(*posted(request), initial={"version": case.version, **_typed(request)})
    if request.method == "POST" and accepted(request, form):

        def act() -> None:
            actions.withdraw(case.pk, by=acting(request), **_seen(form, "note"))

        if done := _done(request, form, act, _("Withdrawn. You can still read it here.")):
            return done
    return _form_page(request, "withdraw", case, form)


@holding
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Solved or partly solved, and a grade: the matter is closed."""
    case = _mine(request)
    form = ConfirmForm(*posted(request), initial={"version": case.version, **_typed(request)})
    if request.method == "POST" and accepted(request, form):

        def act() -> None:
            actions.confirm(case.pk, by=acting(request), **_seen(form, "solved", "grade", "reasons", "note"))

        if done := _done(request, form, act, _("Thank you. The matter is closed; you can have it reopened.")):
            return done
    return _form_page(request, "confirm", case, form)


@holding
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest) -> HttpResponse:
    """Not satisfied: handled again, with a reason."""
    case = _mine(request)
    form = ReopenForm(*posted(request), initial={"version": case.version, **_typed(request)})
    if request.method == "POST" and accepted(request, form):

        def act() -> None:
            actions.reopen(case.pk, by=acting(request), **_seen(form, "note", "grade"))

        if done := _done(request, form, act, _("It will be handled again. Whoever answered is told why.")):
            return done
    return _form_page(request, "reopen", case, form)


@holding
@require_POST
def publication_wish(request: Any) -> HttpResponse:
    """A press keeps the matter off the public page, or lets it be shown there without names."""
    case, here = _mine(request), reverse("appeals:mine")
    if request.expired:
        messages.error(request, expired_words())
        return see(here)
    if request.POST.get("deed") == "allow":
        act, said = publishing.allow_publication, _("It may be shown without names once it is closed.")
    else:
        act, said = publishing.object_to_publication, _("It stays off the public page.")
    return pressed(request, lambda: act(case.pk, by=acting(request)), said, here)


@holding
@require_http_methods(["GET", "HEAD", "POST"])
def telling(request: Any) -> HttpResponse:
    """How one wishes to be told of this one matter."""
    case = _mine(request)
    if request.expired:
        messages.error(request, expired_words())
        return see(reverse("appeals:mine_telling"))
    return wishes.matter(request, scope_code=case.scope_code, back=reverse("appeals:mine"))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Leaves nothing on a shared computer: matter, receipt, draft."""
    let_go(request=request)
    kept_drafts.discard(request, "report", only="browser")
    for forget in (drafts.drop, drafts.drop_slip, drafts.drop_typed):
        forget(request.session)
    messages.success(request, _("This computer no longer knows your matter."))
    return forget_device(see(reverse("appeals:track")))


_FORMS = ("appeals:mine_add", "appeals:mine_withdraw", "appeals:mine_confirm", "appeals:mine_reopen")


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed before the half hour ran out, for the form it was typed into."""
    lost = drafts.typed(request.session)
    here = request.resolver_match.view_name if request.resolver_match else ""
    return {"note": lost["note"]} if lost and lost["page"] == here else {}


def _seen(form: Versioned, *names: str) -> dict[str, Any]:
    """The fields of an action, and the version of the case that the person had read."""
    return {name: form.cleaned_data[name] for name in names} | {"seen_version": form.cleaned_data["version"]}


def _done(request: HttpRequest, form: Form, act: Callable[[], None], said: str) -> HttpResponse | None:
    """Carries the action out and goes back to the matter; None when it was refused, and the form says why."""
    try:
        with together():
            act()
    except HouseError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error.message))
        return None
    drafts.drop_typed(request.session)
    messages.success(request, said)
    return see(reverse("appeals:mine"))


def _form_page(request: Any, name: str, case: Case, form: Form, **more: Any) -> HttpResponse:
    context = {
        "case": case,
        "number": group_case_number(case.number),
        "form": form,
        "grades": rules.GRADES,
        **more,
    }
    return shown(request, f"appeals/public/{name}.html", context)


routes: list[URLPattern] = [
    path("track/", track, name="track"),
    path("mine/", mine, name="mine"),
    path("mine/add/", add, name="mine_add"),
    path("mine/withdraw/", withdraw, name="mine_withdraw"),
    path("mine/confirm/", confirm, name="mine_confirm"),
    path("mine/reopen/", reopen, name="mine_reopen"),
    path("mine/publication/", publication_wish, name="mine_publication"),
    path("mine/telling/", telling, name="mine_telling"),
    path("mine/leave/", leave, name="leave"),
]
