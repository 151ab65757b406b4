"""The catalogue of items: versions, the draft with its differences, one item, the second person's decision."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, DecideForm, may_decide
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import catalogue_changes as actions
from lianglin.appeals.forms.catalogue import DraftForm, EndForm, ItemForm, ProposeForm
from lianglin.appeals.models import CatalogueDraft, Item
from lianglin.appeals.queries import catalogue_changes as queries
from lianglin.appeals.rules import catalogue_changes as rules
from lianglin.kit import paging, pinyin

State = CatalogueDraft.State


@require_http_methods(["GET", "POST"])
@in_post(actions.DRAW_UP)
def catalogue(request: HttpRequest) -> HttpResponse:
    """The versions, the open draft, and a new one."""
    actor = acting(request)
    form = DraftForm(request.POST or None)
    if request.method == "POST" and (
        answer := done(
            request,
            form,
            lambda: actions.begin(by=actor, title=form.cleaned_data["title"]),
            _("The draft is begun."),
            lambda made: reverse("appeals:catalogue_draft", args=[made.pk]),
        )
    ):
        return answer
    current = queries.in_force()
    found = paging.page(queries.versions(), "-id", cursor=request.GET.get("cursor", ""), size=20)
    context = {
        "form": form,
        "page": found,
        "rows": [
            {"one": one, "in_force": current is not None and one.pk == current.pk} for one in found.rows
        ],
        "drafts": [{"one": one, "tone": TONES[one.state]} for one in queries.drafts()[:10]],
        "open": queries.drafts().exclude(state=State.PUBLISHED).exists(),
    }
    return render(request, "appeals/catalogue/versions.html", context, status=status_of(form))


def _draft(pk: int) -> CatalogueDraft:
    found = queries.drafts().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@in_post(actions.DRAW_UP)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """One draft: what it changes, field by field; items to change; proposed and decided here."""
    actor = acting(request)
    _draft(pk)
    bound, what = request.POST if request.method == "POST" else None, request.POST.get("do", "")
    deciding = what in ("approve", "refuse")
    propose, decide = ProposeForm(bound if not deciding else None), DecideForm(bound if deciding else None)
    form = decide if deciding else propose
    if bound is not None:
        here = reverse("appeals:catalogue_draft", args=[pk])
        answer = done(request, form, lambda: _act(actor, pk, what, form.cleaned_data), _said(what), here)
        if answer is not None:
            return answer
    context = _context(actor, _draft(pk), request.GET.get("q", "").strip()[:40])
    return render(
        request,
        "appeals/catalogue/draft.html",
        context | {"propose": propose, "form": decide},
        status=status_of(form),
    )


def _act(actor: Actor, pk: int, what: str, given: dict[str, Any]) -> None:
    if what in ("approve", "refuse"):
        actions.decide(pk, by=actor, approve=what == "approve", note=given["note"])
    else:
        actions.propose(pk, by=actor, in_force_from=given["in_force_from"])


def _said(what: str) -> str:
    if what == "approve":
        return _("Approved. From its first day on it counts.")
    return _("Refused.") if what == "refuse" else _("Proposed. A second person decides.")


def _context(actor: Actor, found: CatalogueDraft, asked: str) -> dict[str, Any]:
    base = queries.said_by(found.base)
    return {
        "draft": found,
        "tone": TONES[found.state],
        "changes": [_change(one, base) for one in sorted(found.changes, key=rules.code_of)],
        "items": _items(base, asked),
        "asked": asked,
        "may_change": found.state in (State.DRAFT, State.REFUSED),
        "may_decide": may_decide(found, actor, actions.APPROVE),
        "own": found.waits and found.is_of(actor.account_id),
    }


def _change(one: dict[str, Any], base: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A change as the difference view shows it: what it is, and each field before and after."""
    code, kind = rules.code_of(one), rules.kind_of(one)
    labels = {
        "add": (_("new"), "good"),
        "change": (_("altered"), "active"),
        "retire": (_("retired"), "closed"),
        "merge": (_("merged into another item"), "warn"),
        "split": (_("split up"), "warn"),
    }
    before = base.get(code)
    name = one["item"]["name"] if "item" in one else before["name"] if before else ""
    return {
        "code": code,
        "name": name,
        "label": labels[kind][0],
        "tone": labels[kind][1],
        "to": [f"{new} {base.get(new, {}).get('name', '')}".strip() for new in one.get("to", ())],
        "fields": [
            (_label(field), _text(field, old), _text(field, new))
            for field, old, new in (rules.differences(before, one["item"]) if "item" in one else ())
        ],
    }


def _label(field: str) -> str:
    if field == "category":
        return _("class")
    return _("extra questions") if field == "questions" else str(Item._meta.get_field(field).verbose_name)


def _text(field: str, value: Any) -> str:
    if value in (None, "", []):
        return "–"
    return rules.write_questions(value) if field == "questions" else str(value)


def _items(base: dict[str, dict[str, Any]], asked: str) -> list[tuple[str, str]]:
    """Code and name of the items that fit what is asked; all of them when nothing is."""
    question = pinyin.clean(asked)
    return [
        (code, said["name"])
        for code, said in base.items()
        if not question
        or code.startswith(question)
        or pinyin.rank(question, pinyin.ready(said["name"])) is not None
    ]


@require_http_methods(["GET", "POST"])
@in_post(actions.DRAW_UP)
def item(request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
    """One item in a draft: said anew, or a new one."""
    actor, found = acting(request), _draft(pk)
    base = queries.said_by(found.base)
    said = next(
        (one["item"] for one in found.changes if "item" in one and rules.code_of(one) == code), base.get(code)
    )
    if code and said is None:
        raise Http404
    form = ItemForm(request.POST or None, categories=queries.categories_of(found.base), code=code, said=said)

    def act() -> None:
        given = form.said()
        change = (
            {"do": "change", "code": code, "item": given} if code in base else {"do": "add", "item": given}
        )
        actions.put_change(pk, by=actor, change=change)

    here = reverse("appeals:catalogue_draft", args=[pk])
    if request.method == "POST" and (
        answer := done(request, form, act, _("The change is written down."), here)
    ):
        return answer
    return render(
        request,
        "appeals/catalogue/item.html",
        {"form": form, "draft": found, "code": code},
        status=status_of(form),
    )


@require_http_methods(["GET", "POST"])
@in_post(actions.DRAW_UP)
def end(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """An item ends in a draft: retired, merged into another one, or split."""
    actor, found = acting(request), _draft(pk)
    said = queries.said_by(found.base).get(code)
    if said is None:
        raise Http404
    form = EndForm(request.POST or None)

    def act() -> None:
        actions.put_change(pk, by=actor, change={"do": "retire", "code": code, "to": form.cleaned_data["to"]})

    here = reverse("appeals:catalogue_draft", args=[pk])
    if request.method == "POST" and (
        answer := done(request, form, act, _("The change is written down."), here)
    ):
        return answer
    context = {"form": form, "draft": found, "code": code, "name": said["name"]}
    return render(request, "appeals/catalogue/end.html", context, status=status_of(form))


@require_POST
@in_post(actions.DRAW_UP)
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a change out of a draft."""
    code = request.POST.get("code", "")[:6]
    return pressed(
        request,
        lambda: actions.take_change_out(pk, by=acting(request), code=code),
        _("The change is out of the draft."),
        reverse("appeals:catalogue_draft", args=[_draft(pk).pk]),
    )


routes: list[URLPattern] = [
    path("catalogue/", catalogue, name="catalogue"),
    path("catalogue/<int:pk>/", draft, name="catalogue_draft"),
    path("catalogue/<int:pk>/new/", item, name="catalogue_new_item"),
    path("catalogue/<int:pk>/item/<slug:code>/", item, name="catalogue_item"),
    path("catalogue/<int:pk>/end/<slug:code>/", end, name="catalogue_end"),
    path("catalogue/<int:pk>/out/", take_out, name="catalogue_out"),
]
