"""Accounts, posts and organisations: the administrator's lists and forms, and one's own first password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import role_kinds
from lianglin.access.gate import acting, in_post
from lianglin.access.governance import accounts, changes, queries
from lianglin.access.governance.forms import (
    AccountForm,
    EndForm,
    LinkForm,
    NameFilter,
    OrganisationForm,
    PasswordForm,
    PostFilter,
    PostForm,
    ReasonForm,
)
from lianglin.access.governance.views.shared import chosen, refuse, show
from lianglin.access.models import Account, Organisation, Post, RightsChange
from lianglin.access.outside import links, provider
from lianglin.access.replies import see
from lianglin.kit import clock
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.paging import page


@require_GET
@in_post("access.manage")
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account by its login name."""
    form = NameFilter(request.GET)
    rows = queries.accounts(actor=acting(request), name=chosen(form).get("name", ""))
    found = page(rows, "username", cursor=request.GET.get("cursor", ""))
    return show(request, "accounts", form=form, page=found, now=clock.now(), outside=provider.label())


@never_cache
@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def account_new(request: HttpRequest) -> HttpResponse:
    """A new account; its first password is shown on the answer and nowhere else."""
    form, status = AccountForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made, password = accounts.make_account(**form.cleaned_data, by=acting(request))
            except HouseError as error:
                status = refuse(form, error)
            else:
                url = reverse("access:account", args=[made.pk])
                return show(request, "first_password_shown", account=made, password=password, onward=url)
    return show(request, "account_new", status, form=form)


@require_GET
@in_post("access.manage")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its posts by date, what is open with them, what waits for approval."""
    found = get_object_or_404(queries.accounts(actor=acting(request)), pk=pk)
    posts = list(queries.posts(actor=acting(request)).filter(account=found).order_by("-starts_on", "-id"))
    work = queries.open_work([post.pk for post in posts])
    waiting = queries.changes(actor=acting(request), state=RightsChange.State.WAITING).filter(account=found)
    rows = [post_row(post, work.get(post.pk, [])) for post in posts]
    context = {
        "account": found,
        "rows": rows,
        "waiting": list(waiting.order_by("-id")[:20]),
        "own": found.pk == acting(request).account_id,
        "outside": provider.label(),
        "linked": links.linked(found.pk) if provider.is_open() else None,
    }
    return show(request, "account", **context)


def post_row(post: Post, work: list[tuple[Any, int]]) -> dict[str, Any]:
    """A post with its state in words and what is open with it."""
    today = clock.today()
    ended = post.ends_on is not None and post.ends_on < today
    future = post.starts_on > today
    words, tone = (
        (_("ended"), "closed")
        if ended
        else (_("not yet begun"), "waiting")
        if future
        else (_("in force"), "active")
    )
    return {
        "post": post,
        "role": role_kinds()[post.role_code].label,
        "ended": ended,
        "state": words,
        "tone": tone,
        "work": work,
        "open": sum(count for _label, count in work),
    }


@require_GET
@in_post("access.manage")
def post_list(request: HttpRequest) -> HttpResponse:
    """All posts, newest first; above them those that ended and still hold open work."""
    form = PostFilter(request.GET)
    rows = queries.posts(actor=acting(request), **chosen(form))
    found = page(rows, "-id", cursor=request.GET.get("cursor", ""))
    work = queries.open_work([post.pk for post in found.rows])
    behind = queries.left_behind(actor=acting(request))
    context = {
        "form": form,
        "page": found,
        "rows": [post_row(post, work.get(post.pk, [])) for post in found.rows],
    }
    return show(request, "posts", behind=[post_row(post, left) for post, left in behind], **context)


@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def post_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes a post for an account."""
    found = get_object_or_404(queries.accounts(actor=acting(request)), pk=pk)
    form, status = PostForm(request.POST or None, initial={"starts_on": clock.today()}), 200
    if request.method == "POST":
        status = 200 if form.searching else 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            days = {name: given.pop(name) for name in ("starts_on", "ends_on", "reason")}
            try:
                changes.propose_post(account=found, place=changes.Place(**given), **days, by=acting(request))
            except HouseError as error:
                status = refuse(form, error)
            else:
                return _proposed(request, found.pk)
    return show(request, "propose", status, form=form, account=found, title=_("Give a post"))


@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes the end of a post; what is open with it is shown first."""
    post = get_object_or_404(queries.posts(actor=acting(request)), pk=pk)
    form, status = EndForm(request.POST or None, initial={"ends_on": clock.today()}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                changes.propose_end(post=post, **form.cleaned_data, by=acting(request))
            except HouseError as error:
                status = refuse(form, error)
            else:
                return _proposed(request, post.account_id)
    row = post_row(post, queries.open_work([post.pk]).get(post.pk, []))
    return show(request, "propose", status, form=form, account=post.account, row=row, title=_("End a post"))


@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def account_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes to close an account."""
    return _with_reason(request, pk, changes.propose_close, _("Close the account"))


@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def account_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes a new first password."""
    return _with_reason(request, pk, changes.propose_password, _("New first password"))


@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def account_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes which name at the city's own login opens an account."""
    if not provider.is_open():
        raise Missing(_("This city has no login of its own here."))
    return _with_reason(request, pk, changes.propose_link, _("Declare the city's login"), LinkForm)


def _with_reason(
    request: HttpRequest, pk: int, propose: Any, title: str, kind: type[ReasonForm] = ReasonForm
) -> HttpResponse:
    found = get_object_or_404(queries.accounts(actor=acting(request)), pk=pk)
    form, status = kind(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                propose(account=found, **form.cleaned_data, by=acting(request))
            except HouseError as error:
                status = refuse(form, error)
            else:
                return _proposed(request, found.pk)
    return show(request, "propose", status, form=form, account=found, title=title)


def _proposed(request: HttpRequest, account_id: int) -> HttpResponse:
    messages.success(request, _("Proposed. It takes effect once the security officer has approved it."))
    return see(reverse("access:account", args=[account_id]))


@require_GET
@in_post("access.manage")
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Organisations by code."""
    form = NameFilter(request.GET)
    form.fields["name"].label = _("name or code")
    rows = queries.organisations(actor=acting(request), name=chosen(form).get("name", ""))
    return show(
        request, "organisations", form=form, page=page(rows, "code", cursor=request.GET.get("cursor", ""))
    )


@require_http_methods(["GET", "POST"])
@in_post("access.manage")
def organisation(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """A new organisation, or one to change."""
    found = get_object_or_404(Organisation.objects.select_related("parent"), pk=pk) if pk else None
    form, status = OrganisationForm(request.POST or None, instance=found), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                accounts.save_organisation(organisation=found, given=form.given(), by=acting(request))
            except HouseError as error:
                status = refuse(form, error)
            else:
                messages.success(request, _("Saved."))
                return see(reverse("access:organisations"))
    title = found.label if found else _("New organisation")
    return show(request, "organisation", status, form=form, title=title)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """One's own password in place of the first one; until then the login opens nothing else."""
    who: Any = request.user
    if acting(request).account_id is None:
        return HttpResponseRedirect(reverse("access:login"))
    if not isinstance(who, Account) or who.one_time_until is None:
        return HttpResponseRedirect(reverse("access:security"))
    form, status = PasswordForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                accounts.choose_password(request=request, password=form.cleaned_data["password"])
            except HouseError as error:
                status = refuse(form, error)
            else:
                messages.success(request, _("Your own password is set."))
                return see(reverse("access:start"))
    return show(request, "first_password", status, form=form)
