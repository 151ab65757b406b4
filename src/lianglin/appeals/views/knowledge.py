"""The knowledge base: the editors' list, one entry with its versions and its draft, the second person's decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, DecideForm, may_decide
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import knowledge as actions
from lianglin.appeals.forms.knowledge import EntryForm
from lianglin.appeals.models import KnowledgeDraft, KnowledgeEntry
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries import knowledge as queries
from lianglin.appeals.views.rule_sets import area_words
from lianglin.kit import clock, paging
from lianglin.notices import drafts

State = KnowledgeDraft.State
LISTS = ("", "waiting", "drafts", "expiring")
USED_DAYS = 90


def item_names(codes: list[str]) -> list[str]:
    """The items of an entry by name; a code that the catalogue in force has no more stays a code."""
    known = catalogue.choices().by_code
    return [known[code].label if code in known else code for code in codes]


@require_GET
@in_post(actions.WRITE)
def listed(request: HttpRequest) -> HttpResponse:
    """The entries that concern the post: all, those that wait, drafts, those that run out."""
    actor, only = acting(request), request.GET.get("list", "")
    only = only if only in LISTS else ""
    rows, asked = queries.entries(actor, only=only), request.GET.get("q", "").strip()[:40]
    keys = ("valid_until", "id") if only == "expiring" else ("-id",)
    found = paging.page(rows, *keys, cursor=request.GET.get("cursor", ""), size=30)
    here = reverse("appeals:knowledge")
    labels = {
        "": _("all"),
        "waiting": _("waits for the second person"),
        "drafts": _("being written"),
        "expiring": _("runs out"),
    }
    areas = {code: area_words(code) for code in {entry.scope_code for entry in found.rows}}
    context = {
        "page": found,
        "rows": [row(entry, areas) for entry in found.rows],
        "asked": asked,
        "hits": queries.find(asked, limit=20) if asked else [],
        "tabs": [
            {"label": labels[name], "url": f"{here}?list={name}", "current": name == only} for name in LISTS
        ],
        "only": only,
    }
    return render(request, "appeals/knowledge/list.html", context)


def row(entry: KnowledgeEntry, areas: dict[str, str]) -> dict[str, Any]:
    """One entry of the list; ``areas``: code -> name, each asked for once."""
    left = (entry.valid_until - clock.today()).days if entry.valid_until else None
    return {
        "entry": entry,
        "area": areas[entry.scope_code],
        "over": left is not None and left < 0,
        "soon": left is not None and 0 <= left <= queries.RUNS_OUT.days,
    }


@require_http_methods(["GET", "POST"])
@in_post(actions.WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """Begins an entry for the area of the post."""
    actor = acting(request)
    form = EntryForm(request.POST or None)

    def act() -> KnowledgeDraft:
        return actions.begin(by=actor, said=form.said())

    return _form_page(
        request, form, None, act, lambda made: reverse("appeals:knowledge_entry", args=[made.entry_id])
    )


def _find(actor: Actor, pk: int) -> KnowledgeEntry:
    found = queries.entries(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@in_post(actions.WRITE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes the open draft anew, or begins the next version from the one that counts."""
    actor = acting(request)
    entry, draft = _find(actor, pk), queries.open_draft(pk)
    form = EntryForm(request.POST or None, held=draft or queries.current(pk))

    def act() -> KnowledgeDraft:
        verb = actions.write if draft is not None else actions.revise
        return verb(entry.pk, by=actor, said=form.said())

    return _form_page(request, form, entry, act, reverse("appeals:knowledge_entry", args=[pk]))


def _form_page(
    request: HttpRequest,
    form: EntryForm,
    entry: KnowledgeEntry | None,
    act: Callable[[], KnowledgeDraft],
    onward: str | Callable[[Any], str],
) -> HttpResponse:
    typed = drafts.fill(request, f"knowledge-{entry.pk if entry else 'new'}", form)
    if request.method == "POST" and (answer := done(request, form, act, _("The draft is kept."), onward)):
        drafts.discard(request, typed)
        return answer
    context = {"form": form, "entry": entry, "draft": typed}
    return render(request, "appeals/knowledge/edit.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(actions.WRITE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: what counts, what is being written, earlier versions; the second person decides here."""
    actor = acting(request)
    entry = _find(actor, pk)
    form, what = DecideForm(request.POST or None), request.POST.get("do", "")
    if request.method == "POST":
        approve = what == "approve"
        said = _("Published. It is found from now on.") if approve else _("Refused.")
        answer = done(
            request,
            form,
            lambda: actions.decide(pk, by=actor, approve=approve, note=form.cleaned_data["note"]),
            said,
            reverse("appeals:knowledge_entry", args=[pk]),
        )
        if answer is not None:
            return answer
    return render(
        request,
        "appeals/knowledge/entry.html",
        _context(actor, entry) | {"form": form},
        status=status_of(form),
    )


def _context(actor: Actor, entry: KnowledgeEntry) -> dict[str, Any]:
    draft, current = queries.open_draft(entry.pk), queries.current(entry.pk)
    own_area, waits = actor.covers(entry.scope_code), draft is not None and draft.waits
    return {
        **row(entry, {entry.scope_code: area_words(entry.scope_code)}),
        "draft": draft,
        "draft_tone": TONES[draft.state] if draft else "",
        "draft_items": item_names(draft.items) if draft else [],
        "current": current,
        "items": item_names(current.items) if current else [],
        "versions": entry.versions.select_related("written_post", "reviewed_post").order_by("-version")[:20],
        "used": queries.used([entry.pk], clock.today() - timedelta(days=USED_DAYS)).get(entry.pk, 0),
        "used_days": USED_DAYS,
        "may_write": own_area and entry.retired_at is None and not waits,
        "may_propose": own_area and draft is not None and draft.state == State.DRAFT,
        "may_decide": draft is not None and may_decide(draft, actor, actions.APPROVE),
        "own": draft is not None and draft.waits and draft.is_of(actor.account_id),
        "may_retire": own_area
        and entry.retired_at is None
        and entry.version > 0
        and actor.may(actions.APPROVE),
    }


@require_POST
@in_post(actions.WRITE)
def press(request: HttpRequest, pk: int) -> HttpResponse:
    """A button of an entry: put it before the second person, take it out."""
    actor, what = acting(request), request.POST.get("do", "")
    _find(actor, pk)
    here = reverse("appeals:knowledge_entry", args=[pk])
    if what == "propose":
        return pressed(
            request, lambda: actions.propose(pk, by=actor), _("Proposed. A second person decides."), here
        )
    if what == "retire":
        return pressed(
            request, lambda: actions.retire(pk, by=actor), _("Taken out. It is found no more."), here
        )
    raise Http404


routes: list[URLPattern] = [
    path("knowledge/", listed, name="knowledge"),
    path("knowledge/new/", new, name="knowledge_new"),
    path("knowledge/<int:pk>/", one, name="knowledge_entry"),
    path("knowledge/<int:pk>/write/", edit, name="knowledge_write"),
    path("knowledge/<int:pk>/do/", press, name="knowledge_press"),
]
