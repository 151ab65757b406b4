"""What somebody types into the long questions of a report, kept while it is typed: a call, a flat battery loses nothing.

Beside the session and not in it: the page's script saves in the background, and a session that was read before an
answer and written after it would undo that answer. Kept as long as the session, or as long as the person asked for
(:mod:`lianglin.appeals.views.public.later`); gone with the answer. Without a script the buttons of the page keep it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import Draft
from lianglin.appeals.forms.public import ReachForm, TellForm
from lianglin.appeals.queries.questions import questions_of
from lianglin.notices import drafts as kept_drafts

LONGEST = 2000
"""Characters kept of one half-done answer."""
LONG = ("tell", "reach")
"""The questions in which one writes."""


def typing(draft: Draft, step: str) -> dict[str, str]:
    """What was typed into this question and not sent yet, by field; what was put aside with it before."""
    return draft.typed.get(step, {}) | kept_drafts.held(_key(draft, step))


def answered(draft: Draft, step: str) -> None:
    """Forgets it; what the page's script still sends of this page is never shown."""
    if step in LONG:
        kept_drafts.release(_key(draft, step))
        draft.turns[step] = draft.turns.get(step, 0) + 1


def forget(draft: Draft) -> None:
    """Forgets what was typed into any question."""
    for step in LONG:
        kept_drafts.release(_key(draft, step))


def _key(draft: Draft, step: str) -> str:
    return f"typing:{draft.key}:{step}:{draft.turns.get(step, 0)}"


def _fields(draft: Draft, step: str) -> list[str]:
    form = TellForm() if step == "tell" else ReachForm()
    if isinstance(form, TellForm):
        form.ask(questions_of(draft.found_item()), must=False)
    return list(form.fields)


@require_POST
@sensitive_post_parameters("text", "name", "phone", "representatives", "entity_name", "uscc")
def keep_typing(request: HttpRequest, step: str) -> HttpResponse:
    """The script of the page saves what stands in its form; answers nothing."""
    if step not in LONG:
        raise Http404
    if drafts.begun(request.session):
        draft = drafts.load(request.session)
        typed = {name: request.POST.get(name, "")[:LONGEST] for name in _fields(draft, step)}
        lasts = kept_drafts.KEPT if draft.kept else timedelta(seconds=settings.SESSION_COOKIE_AGE)
        kept_drafts.hold(request, _key(draft, step), typed, lasts)
    response = HttpResponse(status=204)
    response.repeats = True  # pyright: ignore[reportAttributeAccessIssue] - sent with every pause (access.twice)
    return response


routes: list[URLPattern] = [path("report/typing/<slug:step>/", keep_typing, name="report_typing")]
