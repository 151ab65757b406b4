"""A household's benefits: three answers, every condition with its fact, source and day; the package handed over."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianglin.access.actions import log_looks
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed, see
from lianglin.benefits.actions import telling
from lianglin.benefits.queries import explained, matches
from lianglin.benefits.queries.explained import AnswerLine, Answers
from lianglin.benefits.rules import matching as rules
from lianglin.benefits.views import match_words as words
from lianglin.benefits.views.worklists import SEEN
from lianglin.facts import queries as facts
from lianglin.facts.views.household import OPENED
from lianglin.kit import clock
from lianglin.people.rules import mask_name

SIZE = 20
"""Lines of an answer on one page."""


def _is_opened(request: HttpRequest, pk: int) -> bool:
    opened = request.session.get(OPENED) or {}
    return opened.get("id") == pk and opened.get("until", "") > clock.now().isoformat()


@require_GET
@in_post(rules.MATCH)
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of a household, one kind at a time (``?answer=``). It must have been opened for a purpose; each look is written down."""
    actor = acting(request)
    home = facts.household(pk, actor)
    if home is None:
        raise Http404
    if not _is_opened(request, pk):
        return see(reverse("facts:household", args=[pk]))
    answers = explained.of_household(pk, actor=actor)
    if answers is None:
        raise Http404
    members = facts.members(pk, actor)
    names = {member.resident_id: mask_name(member.resident.name) for member in members}
    log_looks([(home.scope_code, None, pk) for pk in names], by=actor, purpose=rules.PURPOSE, what=SEEN)
    tabs = _tabs(answers)
    chosen = request.GET.get("answer", "")
    if chosen not in tabs:
        chosen = next((code for code, (_title, _tone, lines) in tabs.items() if lines), "may")
    title, tone, lines = tabs[chosen]
    part = _part(request.GET.get("part", ""), len(lines))
    shown = lines[(part - 1) * SIZE : part * SIZE]
    held = facts.of_subject("household", pk, actor=actor)
    given = next((one for one in held if one.element.code == telling.PACKAGE_GIVEN), None)
    context = {
        "household": home,
        "address": words.door(matches.doors([pk], actor)[pk]),
        "tabs": [
            {"label": label, "url": f"?answer={code}", "current": code == chosen, "count": len(found)}
            for code, (label, _shade, found) in tabs.items()
        ],
        "answer": chosen,
        "answer_title": title,
        "tone": tone,
        "rows": [_row(line, names) for line in shown],
        "pages": _pages(chosen, part, len(lines)),
        "members": [(pk, name, pk in answers.quiet) for pk, name in names.items()],
        "package_given": given.value if given else "",
        "may_tell": actor.may(rules.TELL),
        "on": answers.on,
    }
    return render(request, "benefits/matches/household.html", context)


def _tabs(answers: Answers) -> dict[str, tuple[str, str, list[AnswerLine]]]:
    """The four answers: title, tone of its mark, lines. One is shown at a time: a household has hundreds of lines."""
    return {
        "may": (_("May qualify"), "good", answers.may),
        "away": (_("One document away"), "waiting", answers.away),
        "unknown": (_("Not known yet"), "plain", answers.unknown),
        "no": (_("Does not qualify"), "closed", answers.no),
    }


def _part(asked: str, lines: int) -> int:
    """Which part of a long answer is meant; the nearest there is."""
    wanted = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    return max(1, min(wanted, -(-lines // SIZE)))


def _pages(answer: str, part: int, lines: int) -> dict[str, Any]:
    """The neighbours of a part, and where it stands; the whole was worked out anyway, so it is cut by position."""
    last = -(-lines // SIZE)
    return {
        "before": f"?answer={answer}&part={part - 1}" if part > 1 else "",
        "after": f"?answer={answer}&part={part + 1}" if part < last else "",
        "here": _("%(part)s of %(last)s") % {"part": part, "last": last} if last > 1 else "",
    }


def _row(line: AnswerLine, names: dict[int, str]) -> dict[str, Any]:
    match = line.match
    return {
        "line": line,
        "who": names.get(line.resident_id, "") if line.resident_id else _("the household"),
        "match": match,
        "tone": words.TONES[match.state] if match else "",
        "may_start": match is not None and match.state in (rules.SUGGESTED, rules.TOLD) and match.answer == 2,
    }


@require_POST
@in_post(rules.TELL)
def package_given(request: HttpRequest, pk: int) -> HttpResponse:
    """The printed package was handed over today."""
    actor = acting(request)
    here = reverse("benefits:household", args=[pk])
    return pressed(
        request,
        lambda: telling.hand_over_package(pk, by=actor),
        _("Noted: the package was handed over today."),
        here,
    )


@require_POST
@in_post(rules.TELL)
def choose(request: HttpRequest, pk: int, resident: int) -> HttpResponse:
    """A member declines pushed matches, or takes that back, on their word at the desk."""
    actor = acting(request)
    if resident not in {member.resident_id for member in facts.members(pk, actor)}:
        raise Http404
    declined = request.POST.get("declined") == "1"
    said = (
        _("Noted: no pushed matches any more.") if declined else _("Noted: they are told of matches again.")
    )
    here = reverse("benefits:household", args=[pk])
    return pressed(request, lambda: telling.choose_push(resident, declined=declined, by=actor), said, here)


@require_POST
def choose_own(request: HttpRequest) -> HttpResponse:
    """The person who logged in declines pushed matches, or takes that back."""
    actor = acting(request)
    if actor.resident_id is None:
        return see(reverse("logins:phone"))
    resident_id, declined = actor.resident_id, request.POST.get("declined") == "1"
    said = (
        _("You will not be told of benefits unasked. Ask your community whenever you like.")
        if declined
        else _("Your community may tell you again when you may qualify for a benefit.")
    )
    return pressed(
        request,
        lambda: telling.choose_push(resident_id, declined=declined, by=actor),
        said,
        reverse("logins:me"),
    )
