"""Changes of places: the list, one change with what it moves, and the plain kinds (merge, new name, new code)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.transaction import counting
from lianglin.gazetteer.actions import planning
from lianglin.gazetteer.forms import MergeForm, RecodeForm, RenameForm
from lianglin.gazetteer.queries import planning as read
from lianglin.gazetteer.queries import recoding
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.paging import page
from lianglin.places.models import PlaceChange
from lianglin.places.rules import geometry

TONES = {"draft": "new", "planned": "waiting", "running": "active", "done": "good", "cancelled": "closed"}
MAIN = ("people_household", "people_resident", "places_building", "places_dwelling")
"""Tables that are told first."""


@require_safe
@in_post("places.manage")
def listed(request: HttpRequest) -> HttpResponse:
    """The changes of the post's area, the newest first."""
    found = page(read.changes(acting(request)), "-id", cursor=request.GET.get("cursor", ""))
    names = read.names_of(found.rows)
    rows = [
        {"change": change, "tone": TONES[change.state], "places": list(names[change.pk].values())[:3]}
        for change in found.rows
    ]
    return render(request, "gazetteer/changes.html", {"page": found, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what it moves, picture and numbers; deciding on it and cancelling it."""
    actor = acting(request)
    change = read.changes(actor).filter(pk=pk).defer(None).first()
    if change is None:
        raise Missing(_("There is no such change in the area of your post."))
    if request.method == "POST":
        action = planning.decide if request.POST.get("do") == "decide" else planning.cancel
        action(by=actor, change_id=pk)
        return HttpResponseRedirect(reverse("gazetteer:change", args=[pk]))
    names = read.names_of([change])[change.pk]
    new = {entry["code"]: entry["name"] for entry in change.after.get("communities", []) if entry.get("name")}
    open_state = change.state in ("draft", "planned", "running")
    moves = _moves(change) if open_state else []
    context = {
        "change": change,
        "tone": TONES[change.state],
        "shares": [
            {
                "row": row,
                "old": names.get(row.from_code, ""),
                "new": new.get(row.to_code, names.get(row.to_code, "")),
            }
            for row in change.shares.order_by("from_code", "to_code")
        ],
        "moves": moves,
        "open_cases": _open_cases(actor, change) if open_state else None,
        "homeless": sum(m["homeless"] for m in moves),
        "marks": [_mark(m) for m in change.marks.order_by("table") if m.moved],
        "picture": _picture(change),
        "crumbs": [(_("Changes of places"), reverse("gazetteer:changes")), (change.get_kind_display(), "")],
    }
    return render(request, "gazetteer/change.html", context)


def _moves(change: PlaceChange) -> list[dict[str, Any]]:
    """Rows that move, by table: people and houses first, then by name."""
    totals: dict[str, dict[str, Any]] = defaultdict(lambda: {"rows": 0, "homeless": 0})
    for count in recoding.counts(change.pk):
        entry = totals[count.table]
        entry |= {"label": count.label, "table": count.table}
        entry["rows"] += count.rows
        entry["homeless"] += count.homeless
    order = {table: number for number, table in enumerate(MAIN)}
    return sorted(totals.values(), key=lambda e: (order.get(e["table"], len(order)), e["label"]))


def _mark(mark: Any) -> dict[str, Any]:
    label = next(
        (c.model._meta.verbose_name_plural for c in recoding.carriers() if c.table == mark.table), ""
    )
    return {"label": label, "moved": mark.moved}


def _open_cases(actor: Actor, change: PlaceChange) -> int:
    """Open cases of the communities that pass on; counted in the background's role, none is shown."""
    olds = list(change.shares.values_list("from_code", flat=True).distinct())
    with counting(actor.low, actor.high):
        return read.open_cases(olds)


def _picture(change: PlaceChange) -> dict[str, Any] | None:
    """Old and new outlines in one frame, from the versions once it is done."""
    codes = list(change.shares.values_list("from_code", flat=True).distinct())
    olds = read.shapes_before(change, codes)
    entries = change.after.get("communities", []) or change.after.get("grids", [])
    news = []
    for entry in entries:
        if entry.get("geometry"):
            try:
                news.append(geometry.read(entry["geometry"])[0])
            except geometry.BadShape:
                continue
    if not news:
        return None
    paths, width, height = geometry.svg_paths([*olds, *news])
    difference = geometry.difference(geometry.merged(olds), geometry.merged(news)) if olds else None
    return {
        "old": paths[: len(olds)], "new": paths[len(olds) :], "width": width, "height": height, "difference": difference,
    }  # fmt: skip


def drafted(
    request: HttpRequest,
    form: django_forms.Form,
    act: Callable[[Any], PlaceChange],
    context: dict[str, Any],
    template: str = "gazetteer/draft.html",
) -> HttpResponse:
    """A form that makes a draft: to the draft's page, or the form again with what was wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            change = act(form)
        except (HouseError, geometry.BadShape) as error:
            field = getattr(error, "field", "")
            form.add_error(field if field in form.fields else None, str(getattr(error, "message", error)))
        else:
            return HttpResponseRedirect(reverse("gazetteer:change", args=[change.pk]))
    crumbs = [(_("Changes of places"), reverse("gazetteer:changes")), (context["title"], "")]
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {**context, "form": form, "crumbs": crumbs}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def merge(request: HttpRequest) -> HttpResponse:
    """Drafts a merge."""
    form = MergeForm(request.POST if request.method == "POST" else None)

    def act(form: Any) -> PlaceChange:
        data = form.cleaned_data
        return planning.merge_communities(
            by=acting(request), codes=data["codes"], into=data["into"], name=data["name"], name_en=data["name_en"],
            decision=form.decision(),
        )  # fmt: skip

    lead = _("The old codes end with the day; figures of months before stay and are shown as their sum.")
    return drafted(request, form, act, {"title": _("Merge communities"), "lead": lead})


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def rename(request: HttpRequest) -> HttpResponse:
    """Drafts a new name."""
    form = RenameForm(
        request.POST if request.method == "POST" else None, initial={"code": request.GET.get("code", "")}
    )

    def act(form: Any) -> PlaceChange:
        data = form.cleaned_data
        return planning.rename_community(
            by=acting(request), code=data["code"], name=data["name"], name_en=data["name_en"], decision=form.decision()
        )  # fmt: skip

    lead = _("Code, boundary and figures stay as they are.")
    return drafted(request, form, act, {"title": _("Rename a community"), "lead": lead})


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def recode(request: HttpRequest) -> HttpResponse:
    """Drafts a new code."""
    form = RecodeForm(
        request.POST if request.method == "POST" else None, initial={"code": request.GET.get("code", "")}
    )

    def act(form: Any) -> PlaceChange:
        data = form.cleaned_data
        return planning.recode_community(
            by=acting(request), code=data["code"], to=data["to"], decision=form.decision()
        )

    lead = _("For a community that passes to another street, or whose code was wrong.")
    return drafted(request, form, act, {"title": _("Give a new code"), "lead": lead})
