"""News of problem classes in words, for pages, feeds, mails and programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP
from lianglin.appeals.models import PublicProblem, PublicProblemEvent
from lianglin.appeals.models.problem import VERDICTS
from lianglin.appeals.rules import effect, problem_news, problems


def events(*, problem_id: int | None = None, area: str = "") -> QuerySet[PublicProblemEvent]:
    """What anybody may read of one class, or of an area ("" the whole city); nothing of a class not shown now."""
    found = PublicProblemEvent.objects.filter(problem__visible=True).select_related("problem")
    if problem_id is not None:
        found = found.filter(problem_id=problem_id)
    if area:
        found = found.filter(scope_code__gte=area, scope_code__lt=area + TOP)
    return found


def shown(problem_id: int) -> PublicProblem | None:
    """A class that residents are told of now."""
    return PublicProblem.objects.filter(visible=True, problem_id=problem_id).first()


def sentence(event: PublicProblemEvent) -> str:
    """An event in one sentence of the reader's language."""
    values = event.values
    if event.kind == "measure":
        return _("Measure: %(what)s") % {"what": measure_words(values)}
    if event.kind == "effect":
        return effect_sentence(values)
    if event.kind == "state":
        return _("It now stands at: %(state)s") % {"state": _label(problems.STATES, values["state"])}
    if event.kind == "promise":
        return _promised(values["promised_on"])
    if event.kind == "text":
        return _("What is told of it was written anew.")
    return _("Residents are told of it from today. It stands at: %(state)s") % {
        "state": _label(problems.STATES, values["state"])
    }


def _promised(day: str) -> str:
    if not day:
        return _("No day is promised any more.")
    return _("Promised by %(day)s") % {"day": _day(day)}


def measure_words(one: Mapping[str, Any]) -> str:
    """A measure with its document, its unit and its first day."""
    unit = (one["unit_en"] if get_language() == "en" else "") or one["unit"]
    begun = _("in effect from %(day)s") % {"day": _day(one["effective_on"])} if one["effective_on"] else ""
    kind = _label(problems.MEASURES, one["kind"])
    return " · ".join(part for part in (kind, one["title"], one["document_no"], unit, begun) if part)


def effect_sentence(found: Mapping[str, Any]) -> str:
    """What can be said of the effect, with the days it stands on, and the counts where they may be told."""
    said = _("%(first)s to %(last)s beside the same days of the year before: %(verdict)s.") % {
        "first": _day(found["after_first"]),
        "last": _day(found["after_last"]),
        "verdict": _label(VERDICTS, found["verdict"]),
    }
    if found.get("before") is None:
        return said
    counts = _("Appeals then %(before)d, now %(after)d.") % {
        "before": found["before"],
        "after": found["after"],
    }
    return f"{said} {counts}" if get_language() == "en" else f"{said}{counts}"


def tone(event: PublicProblemEvent) -> str:
    """How a step of the history looks."""
    fell = event.kind == "effect" and event.values["verdict"] == effect.FELL
    return "done" if fell or event.kind != "effect" else "now"


def kind_words(event: PublicProblemEvent) -> str:
    """The kind of an event as a heading."""
    return str(capfirst(_label(problem_news.KINDS, event.kind)))


def _label(choices: Any, code: str) -> str:
    return str(dict[str, Any](choices).get(code, code))


def _day(text: str) -> str:
    return str(date_format(date.fromisoformat(text), "DATE_FORMAT") or text)
