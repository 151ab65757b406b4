"""The rows of the desk's list, written in Python: a template costs three times as much for fifty of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lianglin.appeals import rules
from lianglin.appeals.queries import owed
from lianglin.appeals.views import words
from lianglin.cases import queries as cases
from lianglin.kit.markup import fill
from lianglin.kit.signs import deadline, status, when

ROW = (
    '<tr><th scope="row">%s<a href="%s">%s</a><span class="cell__meta">%s%s</span>%s</th>'
    '<td class="cell--place" data-label="%s">%s%s</td><td data-label="%s">%s%s</td><td data-label="%s">%s</td>'
    '<td data-label="%s" class="nowrap">%s</td><td data-label="%s">%s</td></tr>'
)
TICK = (
    '<div class="cell__pick"><label class="tick cell__tick"><input type="checkbox" name="case" value="%s">'
    '<span class="vh">%s</span></label><div>'
)
TICK_END = mark_safe("</div></div>")
META = '<span class="cell__meta">%s</span>'
LIMIT = '%s<span class="cell__meta nowrap">%s%s</span>'


def table_rows(found: Iterable[Any], *, choosing: bool = False) -> SafeString:
    """``<tr>`` of each appeal (with ``item_label``, see worklists.appeals); cells carry their label for phones.

    ``choosing`` puts a box to tick before each, for what is done to several at once.
    """
    labels = [_("Place"), _("State"), _("Unit in charge"), _("Reported"), _("Limit")]
    pattern = {
        kind: reverse("appeals:detail" if kind == rules.KIND else "appeals:side", args=["-"])
        for kind in owed.KINDS
    }
    urgent, provisional = fill(" %s", status(_("urgent"), "bad")), f" {_('provisional')}"
    tick = _("choose %(number)s") if choosing else ""
    made = (_row(case, labels, pattern, urgent, provisional, tick) for case in found)
    return mark_safe("".join(made))  # noqa: S308 - escaped


def what_of(case: Any) -> str:
    """What a matter is: its item, or, on another path, the path."""
    return (case.item_label or "") if case.kind == rules.KIND else str(case.lifecycle.label)


def unit_of(case: Any) -> str:
    """The unit in charge."""
    if case.kind == rules.KIND:
        return words.unit_in_charge(case)
    return case.owner.label if case.owner else ""


def _row(
    case: Any, labels: list[str], pattern: dict[str, str], urgent: str, provisional: str, tick: str
) -> SafeString:
    where = case.place_text or (case.building.address if case.building else "")
    community = case.community.label
    limit = "–"
    if case.due_at:
        mark = provisional if case.due_provisional else ""
        limit = fill(LIMIT, deadline(cases.time_left(case)), when(case.due_at, "short"), mark)
    return fill(
        ROW,
        fill(TICK, case.number, tick % {"number": case.number}) if tick else "",
        pattern[case.kind].replace("-", case.number),
        case.title,
        " · ".join(part for part in (words.grouped(case.number), what_of(case)) if part),
        urgent if case.urgent else "",
        TICK_END if tick else "",
        labels[0],
        where or community,
        fill(META, community) if where else "",
        labels[1],
        status(case.state_label, words.tone(case.state)),
        fill(META, case.outcome_label) if case.outcome else "",
        labels[2],
        unit_of(case) or "–",
        labels[3],
        when(case.opened_at, "short"),
        labels[4],
        limit,
    )
