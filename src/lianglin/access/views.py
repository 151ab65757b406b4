"""Login and logout, one's posts, who looked at personal data, the audit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access import actions, audit, queries
from lianglin.access.actor import PURPOSES, duties_of, role_kinds
from lianglin.access.forms import LoginForm, LookFilter
from lianglin.access.gate import acting, in_post
from lianglin.access.models import AuditHead, Post
from lianglin.access.outside import provider
from lianglin.access.replies import see
from lianglin.kit import clock, discovery
from lianglin.kit.context import navigation
from lianglin.kit.errors import HouseError
from lianglin.kit.paging import page


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Name and password. Says the same for an unknown name and a wrong password; locks after five tries."""
    form, status = LoginForm(request.POST or None), 200
    onward = safe_address(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = actions.log_in(request=request, **form.cleaned_data)
            except HouseError as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                if account is None:
                    step = "access:code" if actions.has_code(request) else "access:passkey_login"
                    return see(f"{reverse(step)}?{urlencode({'next': onward})}")
                return greet(request, account.language, onward or reverse("access:start"))
    context = {"form": form, "next": onward, "outside": provider.label()}
    return render(request, "access/login.html", context, status=status)


def greet(request: HttpRequest, language: str, onward: str) -> HttpResponse:
    """Onward after the login, in the account's language unless this browser has chosen one."""
    response = see(onward)
    name = settings.LANGUAGE_COOKIE_NAME
    if name not in request.COOKIES and language != settings.LANGUAGE_CODE:
        secure = bool(settings.LANGUAGE_COOKIE_SECURE)
        response.set_cookie(name, language, samesite="Lax", httponly=True, secure=secure)
    return response


def safe_address(request: HttpRequest, url: str) -> str:
    """The address, if it stays on this site; "" otherwise."""
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe and not url.startswith(reverse("access:login")) else ""


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The first page of one's door: the first thing that the post's duties open."""
    if acting(request).post_id is None:
        if getattr(request.user, "one_time_until", None) is not None:
            return HttpResponseRedirect(reverse("access:first_password"))
        if _waits_for_factor(request):
            return HttpResponseRedirect(reverse("access:security"))
        return HttpResponseRedirect(reverse("access:posts" if acting(request).account_id else "access:login"))
    links = navigation(request, "desk")
    return HttpResponseRedirect(links[0]["url"] if links else reverse("access:posts"))


def _waits_for_factor(request: HttpRequest) -> bool:
    """Whether the post of this login is in force but closed until a second factor is set up."""
    post_id, account_id = request.session.get(queries.POST_KEY), acting(request).account_id
    if not post_id or account_id is None or acting(request).post_id is not None:
        return False
    post = queries.posts_in_force(account_id).filter(pk=post_id).first()
    return post is not None and queries.needs_second_factor(post)


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """Ends the session; who came from the city's own login is shown the way out there, too."""
    from_outside = actions.OUTSIDE_KEY in request.session
    actions.log_out(request=request)
    return see(reverse("access:outside_left" if from_outside and provider.is_open() else "access:login"))


@require_GET
def posts(request: HttpRequest) -> HttpResponse:
    """My posts with their dates, which one I act in, and what it may do."""
    actor = acting(request)
    if actor.account_id is None:
        return HttpResponseRedirect(f"{reverse('access:login')}?next={request.path}")
    today = clock.today()
    rows = [_post_row(post, today, actor.post_id) for post in queries.posts_of(actor.account_id)]
    context = {
        "rows": rows,
        "waits_for_factor": _waits_for_factor(request),
        "switchable": sum(row["in_force"] for row in rows) > 1,
        "duties": _duty_labels(actor.role_code),
        "purposes": [PURPOSES[code] for code in PURPOSES if code in actor.purposes],
    }
    return render(request, "access/posts.html", context)


def _post_row(post: Post, today: Any, current: int | None) -> dict[str, Any]:
    ended = post.ends_on is not None and post.ends_on < today
    return {
        "post": post,
        "role": role_kinds()[post.role_code].label,
        "current": post.pk == current,
        "ended": ended,
        "in_force": not ended and post.starts_on <= today,
    }


def _duty_labels(role_code: str) -> list[Any]:
    held = duties_of(role_code) if role_code else frozenset()
    return [duty.label for duty in discovery.each("duties") if duty.code in held]


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Acts in another of one's own posts from the next request on."""
    chosen = request.POST.get("post", "")
    known = chosen.isdecimal() and len(chosen) < 19
    actions.switch_post(request=request, post_id=int(chosen) if known else 0)
    return see(reverse("access:start"))


@require_GET
@in_post("access.who_looked")
def who_looked(request: HttpRequest) -> HttpResponse:
    """Every look into personal data: unit, purpose, time, what. Never whose data, never which employee."""
    form = LookFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.looks(
        actor=acting(request), place=chosen.get("place", ""), purpose=chosen.get("purpose", "")
    )
    found = page(rows, "-id", cursor=request.GET.get("cursor", ""))
    names = queries.place_names({row.scope_code for row in found.rows})
    looks = [
        {
            "at": row.at,
            "unit": row.organisation.label,
            "place": names.get(row.scope_code, row.scope_code),
            "purpose": PURPOSES.get(row.purpose, row.purpose),
            "what": _(row.what),
            "case_id": row.case_id,
        }
        for row in found.rows
    ]
    return render(request, "access/who_looked.html", {"form": form, "page": found, "looks": looks})


@require_GET
@in_post("access.audit")
def audit_page(request: HttpRequest) -> HttpResponse:
    """The chains with their heads, the newest seal, and a button that verifies a chain."""
    return render(request, "access/audit.html", _audit_context(request))


def _audit_context(request: HttpRequest) -> dict[str, Any]:
    actor = acting(request)
    found = page(queries.chains(actor=actor), "chain", cursor=request.GET.get("cursor", ""))
    names = queries.place_names({head.chain for head in found.rows})
    seal = queries.last_seal(actor=actor)
    return {
        "page": found,
        "chains": [_chain_row(head, names) for head in found.rows],
        "seal": seal
        and {
            "number": seal.pk,
            "at": seal.at,
            "heads": len(seal.heads),
            "whole": seal.whole,
            "root": bytes(seal.root).hex(),
            "hash": bytes(seal.hash).hex(),
        },
    }


def _chain_row(head: AuditHead, names: dict[str, str]) -> dict[str, Any]:
    return {
        "chain": head.chain,
        "name": names.get(head.chain) or (_("whole city") if head.chain == audit.CITY else head.chain),
        "seq": head.seq,
        "hash": bytes(head.hash).hex(),
    }


@require_http_methods(["GET", "POST"])
@in_post("access.audit")
def verify(request: HttpRequest) -> HttpResponse:
    """Reads one chain from its start and says what it found; that it was done is audited itself."""
    if request.method == "GET":  # another language was chosen on the page of a result
        return HttpResponseRedirect(reverse("access:audit"))
    head = queries.chains(actor=acting(request)).filter(chain=request.POST.get("chain", "")[:12]).first()
    if head is None:
        raise Http404
    result = {
        **_chain_row(head, queries.place_names({head.chain})),
        "at": clock.now(),
        "findings": list(audit.verify(head.chain)),
    }
    scope_code = "" if head.chain == audit.CITY else head.chain
    audit.record("access.verify", "access.AuditHead", head.chain, scope_code=scope_code)
    return render(request, "access/audit.html", {**_audit_context(request), "result": result})
