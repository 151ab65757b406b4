"""The take-up of benefits: matched, told, claimed, granted, by measure and place; what offices say of rules."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.queries import place_names
from lianglin.benefits.models import MatchRun
from lianglin.benefits.queries import matches, places, take_up
from lianglin.benefits.queries.take_up import Line
from lianglin.benefits.rules import matching as rules
from lianglin.benefits.views import match_words as words
from lianglin.kit.paging import page

CITY_CODE = 4
"""Digits of a city's code; nothing above it is asked for."""


@require_GET
@in_post(rules.FIGURES)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Below a place (``?place=``), by measure and by the next level; of one measure with ``?measure=``."""
    actor = acting(request)
    prefix = request.GET.get("place", "") or actor.low
    if not _is_inside(prefix, actor):
        raise Http404
    known, code = words.measures(), request.GET.get("measure", "")
    below = places.below(actor, prefix)
    width = places.WIDTHS.get(len(prefix), 0)
    every = take_up.by_measure(actor, prefix)
    lines = [line for line in every if not code or line.key == code]
    parts = take_up.by_place(actor, prefix, width, code) if width else []
    names = place_names({prefix, *(line.key for line in parts)})
    few = rules.PURPOSE not in actor.purposes
    whole = (
        Line("", *(sum(counts) for counts in zip(*(line.counts for line in lines), strict=True)))
        if lines
        else None
    )
    context = {
        "title": names.get(prefix) or _("The whole area"),
        "place": prefix,
        "measure": code,
        "measure_name": words.name_of(code, known) if code else "",
        "measures": [
            _row(line, words.name_of(line.key, known), few, _at(prefix, line.key)) for line in lines
        ],
        "places": [_row(line, names.get(line.key, line.key), few, _at(line.key, code)) for line in parts],
        "whole": _row(whole, _("together"), few, "") if whole else None,
        "columns": _columns(),
        "chart": [] if code else _chart(whole, few),
        "counted_at": take_up.counted_at(actor, prefix),
        "run": MatchRun.objects.filter(state=MatchRun.State.DONE).order_by("-id").first(),
        "few": few,
        "below": below,
        "up": reverse("benefits:take_up") if prefix != actor.low or code else "",
        "may_feedback": actor.may(rules.FEEDBACK),
    }
    return render(request, "benefits/matches/take_up.html", context)


def _is_inside(prefix: str, actor: Actor) -> bool:
    return (prefix.isdecimal() or prefix == "") and (
        prefix == actor.low or (prefix.startswith(actor.low) and actor.covers(prefix))
    )


def _at(place: str, measure: str) -> str:
    return f"?place={place}&measure={measure}"


def _columns() -> list[str]:
    return [_("may qualify"), _("was told"), _("claimed"), _("granted"), _("declined")]


def _row(line: Line, label: str, few: bool, url: str) -> dict[str, Any]:
    return {
        "label": label,
        "code": line.key,
        "url": url,
        "cells": [(label, _cell(count, few)) for label, count in zip(_columns(), line.counts, strict=True)],
        "rate": _rate(line, few),
    }


def _cell(count: int, few: bool) -> str:
    return _("under 10") if few and 0 < count < rules.FEW else str(count)


def _rate(line: Line, few: bool) -> str:
    """Claimed of matched; "" where a count is too small to be shown."""
    small = few and (0 < line.claimed < rules.FEW or line.matched < rules.FEW)
    return "" if small or not line.matched else f"{100 * line.claimed / line.matched:.1f}%"


def _chart(whole: Line | None, few: bool) -> list[list[Any]]:
    """The twin table of the chart: a bar per step, all measures together; a count too small to be shown has none."""
    if whole is None:
        return []
    steps = zip(_columns(), whole.counts[:4], strict=False)
    return [[label, count] for label, count in steps if not (few and 0 < count < rules.FEW)]


@require_GET
@in_post(rules.FEEDBACK)
def feedback(request: HttpRequest) -> HttpResponse:
    """Where offices found somebody not eligible after all: the rule and the reason, nobody's name or door."""
    known = words.measures()
    found = page(matches.feedback(), "-id", cursor=request.GET.get("cursor", ""))
    names = place_names({row.scope_code[:9] for row in found.rows})
    rows = [
        {
            "row": row,
            "measure": words.name_of(row.measure.code, known),
            "street": names.get(row.scope_code[:9], row.scope_code[:9]),
        }
        for row in found.rows
    ]
    return render(request, "benefits/matches/feedback.html", {"page": found, "rows": rows})
