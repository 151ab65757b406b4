"""The catalogue of all messages, one of them with its versions, writing and looking at it, the second person's look."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, State
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, pressed, status_of
from lianglin.kit import clock, paging
from lianglin.kit.domain import Domain, Notice
from lianglin.notices import drafts
from lianglin.notices.wording import actions, queries, showing
from lianglin.notices.wording.forms import NarrowForm, TextForm
from lianglin.notices.wording.manifest import APPROVE, SEE, WRITE
from lianglin.notices.wording.models import TextVersion

KINDS = {
    "urgent": (gettext_lazy("urgent: goes at once, always"), "bad"),
    "right": (gettext_lazy("carries a right or a limit: always"), "waiting"),
    "steps": (gettext_lazy("step of a matter: can be turned off"), "active"),
    "voluntary": (gettext_lazy("voluntary: can be stopped"), "plain"),
    "work": (gettext_lazy("to posts, in the house"), "closed"),
}
STANDING = {
    "aside": (gettext_lazy("set aside: shipped text is sent"), "bad"),
    "waiting": (gettext_lazy("waits for the second person"), "waiting"),
    "edited": (gettext_lazy("edited text in force"), "good"),
}


@require_GET
@in_post(SEE)
def listed(request: HttpRequest) -> HttpResponse:
    """Every message of every package; narrowed by kind and by a word."""
    actor = acting(request)
    kind, word = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:40]
    standing = queries.standing()
    sections: list[tuple[Domain, list[dict[str, Any]]]] = []
    for manifest in queries.manifests():
        rows = [_line(n, standing) for n in manifest.notices if _fits(n, kind, word, standing)]
        if rows:
            sections.append((manifest, rows))
    kinds = [(code, words) for code, (words, _tone) in (*KINDS.items(), *STANDING.items())]
    context = {
        "sections": sections, "form": NarrowForm(request.GET, kinds=kinds),
        "reviews": [_row(one) for one in queries.waiting(actor).order_by("id")[:20]] if actor.may(APPROVE) else [],
    }  # fmt: skip
    return render(request, "notices/texts/list.html", context)


def _line(notice: Notice, standing: dict[str, str]) -> dict[str, Any]:
    return {
        "notice": notice, "kind": KINDS[notice.kind], "standing": STANDING.get(standing.get(notice.code, "")),
        "text": notice.texts.get(get_language() or "") or notice.texts["zh-hans"],
    }  # fmt: skip


def _fits(notice: Notice, kind: str, word: str, standing: dict[str, str]) -> bool:
    if (kind in KINDS and notice.kind != kind) or (kind in STANDING and standing.get(notice.code) != kind):
        return False
    said = " ".join([notice.code, str(notice.label), *notice.texts.values()]).lower()
    return word.lower() in said


def _find(code: str) -> tuple[Domain, Notice]:
    found = queries.find(code)
    if found is None:
        raise Http404
    return found


def _row(one: TextVersion) -> dict[str, Any]:
    found = queries.find(one.code)
    return {
        "version": one, "title": found[1].label if found else one.code, "area": area_words(one.scope_code),
        "tone": "bad" if one.aside_at else TONES[one.state],
    }  # fmt: skip


@require_GET
@in_post(SEE)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One message: who sends it, its placeholders, how it reads, its versions."""
    actor = acting(request)
    manifest, notice = _find(code)
    area = actor.low if len(actor.low) in (0, 6) else ""
    texts, page = (
        queries.texts_before(notice, area),
        paging.page(queries.versions(code), "-id", cursor=request.GET.get("cursor", ""), size=10),
    )
    current = queries.in_force(code, area)
    writes = actor.may(WRITE)
    context = {
        "notice": notice, "sender": manifest.label, "kind": KINDS[notice.kind], "area": area_words(area),
        "texts": showing.shown(notice, texts, {}), "placeholders": showing.listed(notice), "current": current,
        "page": page, "versions": [_row(version) for version in page.rows], "may_write": writes,
        "may_go_back": writes and current is not None and not current.shipped,
    }  # fmt: skip
    return render(request, "notices/texts/one.html", context)


@require_http_methods(["GET", "POST"])
@in_post(WRITE)
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Writing the next version; "look" shows it in every language and wording before it goes to the second person."""
    actor = acting(request)
    _manifest, notice = _find(code)
    area = actions.area_of(actor)
    before = queries.texts_before(notice, area)
    sent = request.method == "POST"
    form = TextForm(request.POST if sent else None, notice=notice, texts=before)
    draft = drafts.fill(request, f"text-{notice.code.replace('.', '-')}"[:40], form)
    answer = _proposed(request, actor, notice, form) if sent else None
    if answer is not None:
        drafts.discard(request, draft)
        return answer
    context = {
        "form": form, "notice": notice, "area": area_words(area), "draft": draft, "looking": sent,
        "placeholders": showing.listed(notice), "texts": showing.shown(notice, form.texts() if sent else before, before),
    }  # fmt: skip
    return render(
        request,
        "notices/texts/write.html",
        context,
        status=200 if "look" in request.POST else status_of(form),
    )


def _proposed(request: HttpRequest, actor: Actor, notice: Notice, form: TextForm) -> HttpResponse | None:
    """The answer to a text that goes to the second person; None for a look, and for one that has flaws."""
    sound = form.is_valid()
    if flaws := actions.flaws_of(notice, form.texts()):
        seen = set(form.errors)
        form.say(actions.Unsound([one for one in flaws if actions.FIELD[one.variant] not in seen]))
        return None
    if "look" in request.POST or not sound:
        return None
    data = form.cleaned_data

    def act() -> TextVersion:
        return actions.propose(
            by=actor, code=notice.code, texts=form.texts(), reason=data["reason"], from_on=data["from_on"]
        )

    said = _("Written. A second person looks at it.")
    return done(request, form, act, said, lambda made: reverse("notices:text_version", args=[made.pk]))


@require_POST
@in_post(WRITE)
def go_back(request: HttpRequest, code: str) -> HttpResponse:
    """Proposes to send the shipped text again; a second person agrees, as to any other version."""
    actor = acting(request)
    _find(code)

    def act() -> TextVersion:
        words = _("back to the text that came with the software")
        return actions.propose(
            by=actor, code=code, texts={}, reason=words, from_on=clock.today(), shipped=True
        )

    return pressed(
        request, act, _("Written. A second person looks at it."), reverse("notices:text", args=[code])
    )


@require_http_methods(["GET", "POST"])
@in_post(SEE)
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version beside what it replaces; the second person's look."""
    found = TextVersion.objects.select_related("proposed_post", "decided_post").filter(pk=pk).first()
    if found is None:
        raise Http404
    manifest, notice = _find(found.code)
    seen = look(
        request,
        found,
        partial(actions.decide, version_id=pk),
        duty=APPROVE,
        said=_("Approved. It is sent from its day on."),
        here=reverse("notices:text_version", args=[pk]),
    )
    before = (
        queries.texts_before(notice, found.scope_code)
        if found.state == State.WAITING
        else _earlier(notice, found)
    )
    texts = {**notice.texts, **found.texts}
    context = {
        **seen.context, **_row(found), "notice": notice, "sender": manifest.label, "kind": KINDS[notice.kind],
        "texts": showing.shown(notice, texts, before),
        "in_force": _in_force(found),
    }  # fmt: skip
    return seen.answer or render(request, "notices/texts/version.html", context, status=seen.status)


def _earlier(notice: Notice, found: TextVersion) -> dict[str, str]:
    """The texts of the approved version before this one; else the shipped ones."""
    rows = TextVersion.objects.filter(
        code=found.code, scope_code=found.scope_code, state=State.APPROVED, version__lt=found.version
    )
    one = rows.order_by("-version").first()
    return {**notice.texts, **(one.texts if one else {})}


def _in_force(found: TextVersion) -> bool:
    current = queries.in_force(found.code, found.scope_code)
    return current is not None and current.pk == found.pk


@require_POST
@in_post(WRITE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever wrote it takes it back."""
    actor = acting(request)
    here = reverse("notices:text_version", args=[pk])
    return pressed(request, lambda: actions.withdraw(by=actor, version_id=pk), _("Taken back."), here)
