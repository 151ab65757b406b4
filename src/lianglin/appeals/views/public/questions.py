"""The questions that need no place: what it is, in one's own words, pictures, how to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lianglin.access import replies
from lianglin.access.gate import acting
from lianglin.access.transaction import together
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import UNKNOWN, Draft
from lianglin.appeals.forms.public import BY_PHONE, PhotoForm, ReachForm, TellForm, WhatForm
from lianglin.appeals.forms.who import NAMES as WHO
from lianglin.appeals.forms.who import representatives_text
from lianglin.appeals.queries import catalogue, knowledge
from lianglin.appeals.queries.own import own_contact
from lianglin.appeals.queries.questions import questions_of
from lianglin.appeals.views.own import accepted, posted
from lianglin.appeals.views.public import later
from lianglin.appeals.views.public.answers import maybe
from lianglin.appeals.views.public.steps import half_done, onward, show, too_early
from lianglin.appeals.views.public.typing import typing
from lianglin.files import actions as files
from lianglin.files import queries as files_queries
from lianglin.files.rules import MAX_FILES
from lianglin.kit.csrf import keeps_typing
from lianglin.kit.errors import HouseError
from lianglin.kit.views import remember_elder


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def what(request: HttpRequest) -> HttpResponse:
    """Field, class, item by large buttons, or a word to search for, or "I don't know"."""
    draft = drafts.load(request.session)
    form = WhatForm(*posted(request))
    if request.method == "POST" and accepted(request, form):
        draft.item = form.cleaned_data["item"]
        return onward(request, draft, "what")
    response = show(
        request, "what", draft, form, unknown=UNKNOWN, panel=_put_aside(request, draft), **_matters(request)
    )
    return remember_elder(request, response)


def _put_aside(request: HttpRequest, draft: Draft) -> dict[str, Any] | None:
    """Another report than the one being written here, that waits to be gone on with."""
    found = later.begun(request)
    return {"begun": found} if found is not None and found.draft.key != draft.key else None


def _matters(request: HttpRequest) -> dict[str, Any]:
    """What there is to choose from: fields, the classes of one, the items of one class, or what a search found."""
    known, asked = catalogue.choices(), request.GET.get("q", "").strip()[:40]
    field = next((f for f in known.fields if f.code == request.GET.get("field")), None)
    classes = known.categories.get(field.code, ()) if field else ()
    category = next((c for c in classes if c.code == request.GET.get("class")), None)
    if field:
        ways = [_way(c, f"field={field.code}&class={c.code}", known.items.get(c.code, ())) for c in classes]
    else:
        ways = [_way(f, f"field={f.code}", known.categories.get(f.code, ())) for f in known.fields]
    return {
        "field": field,
        "category": category,
        "ways": ways,
        "items": known.items.get(category.code, ()) if category else (),
        "asked": asked,
        "hits": catalogue.search(asked) if asked else [],
        "maybe": knowledge.find(asked, limit=3) if asked else [],
        "catalogue": known.fields[0].catalogue if known.fields else None,
    }


def _way(entry: Any, query: str, inside: Sequence[Any]) -> dict[str, str]:
    """A field or class as a large button, with examples of what is in it."""
    return {"label": entry.label, "query": query, "examples": " · ".join(part.label for part in inside[:3])}


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """In one's own words; what is already open near by is asked about next, and shown while typing."""
    draft = drafts.load(request.session)
    if early := too_early(draft, "tell"):
        return early
    half = typing(draft, "tell")
    form = TellForm(*posted(request), initial={"text": draft.text} | half)
    form.ask(questions_of(draft.found_item()), must=True, held=draft.answers, typed=half)
    if request.method == "POST" and accepted(request, form):
        if form.cleaned_data["text"] != draft.text:
            draft.joins = 0
        draft.text, draft.answers = form.cleaned_data["text"], form.answers()
        return onward(request, draft, "tell")
    if aside := half_done(request, draft, "tell", form):
        return aside
    return show(request, "tell", draft, form, maybe=maybe(draft))


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: HttpRequest) -> HttpResponse:
    """Pictures, parked until the report is sent; each can be taken out again."""
    draft = drafts.load(request.session)
    if early := too_early(draft, "photo"):
        return early
    form = PhotoForm(*posted(request, files=True))
    if request.method == "POST" and not request.expired and request.POST.get("remove"):
        files.unpark(name=request.POST["remove"][:32], key=draft.key)
        return replies.step(request.get_full_path())
    if request.method == "POST" and accepted(request, form) and _parked(form, draft):
        if request.POST.get("more"):
            later.keep(request, draft)
            return later.remember(request, replies.step(request.get_full_path()))
        return onward(request, draft, "photo")
    if aside := half_done(request, draft, "photo", form):
        return aside
    waiting = files_queries.parked(draft.key)
    return show(request, "photo", draft, form, waiting=waiting, room=MAX_FILES - len(waiting))


def _parked(form: PhotoForm, draft: Draft) -> bool:
    try:
        with together():
            for ready in form.cleaned_data["photos"]:
                files.park(upload=ready, key=draft.key)
    except HouseError as error:
        form.add_error("photos", str(error.message))
        return False
    return True


@never_cache
@keeps_typing
@sensitive_post_parameters("name", "phone", "representatives", "entity_name", "uscc")
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """Anonymous, or a number to call back."""
    draft = drafts.load(request.session)
    if early := too_early(draft, "reach"):
        return early
    names = ("reach", "phone", "name", "confidential", *WHO)
    known = {} if draft.reach else own_contact(actor=acting(request))
    initial = {name: getattr(draft, name) for name in names} | known
    initial["representatives"] = representatives_text(draft.representatives)
    initial["reach"] = draft.reach or (known and BY_PHONE) or ""
    form = ReachForm(*posted(request), initial=initial | typing(draft, "reach"))
    if request.method == "POST" and accepted(request, form):
        for name in names:
            setattr(draft, name, form.cleaned_data[name])
        return onward(request, draft, "reach")
    if aside := half_done(request, draft, "reach", form):
        return aside
    return show(
        request,
        "reach",
        draft,
        form,
        logged_in=acting(request).resident_id is not None,
        group_open=any(form[name].value() for name in WHO),
    )
