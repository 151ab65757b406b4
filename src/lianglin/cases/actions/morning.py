"""The morning sheet: overdue, due today and new of one post on one page, made on demand, kept until midnight."""

from __future__ import annotations

import base64
import unicodedata
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation, Post
from lianglin.access.transaction import together
from lianglin.cases.actions.exporting import watermark
from lianglin.cases.models import Case, Export
from lianglin.cases.queries import morning
from lianglin.kit import clock, typesetting
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt

LIST = "cases.morning"
TEMPLATE = Path(__file__).parent.parent / "data" / "morning.typ"
MOST, MOST_LARGE = 14, 4
"""Rows of each part that fit on one page, in the usual and in large type."""
ROOM, ROOM_LARGE = 60, 44
"""Widths, in narrow signs, of what is said of a case: one line in the usual type, two in the large one."""


def make_sheet(*, by: Actor, large: bool = False) -> Export:
    """The sheet of the acting post for today, as a PDF of one page with its watermark.

    :class:`~lianglin.kit.typesetting.NoFont` (503) where the machine has no Chinese font.
    """
    by.require("cases.own_work")
    now = clock.now()
    midnight = datetime.combine(clock.today() + timedelta(days=1), time(0), clock.CITY_ZONE)
    with together():
        made = Export(
            key=uuid4(),
            post=Post.objects.get(pk=by.post_id),
            organisation=Organisation.objects.get(pk=by.organisation_id),
            low=by.low if by.role == "staff" else "",
            list_code=LIST,
            query={"large": "1"} if large else {},
            language=get_language() or "zh-hans",
            format=Export.Format.PDF,
            purpose=by.work_purpose,
            reason=_("morning sheet"),
            asked_at=now,
            expires_at=midnight,
            state=Export.State.READY,
        )
        parts = morning.parts(by, most=MOST_LARGE if large else MOST)
        made.rows = sum(part.count for part in parts)
        made.content = base64.b64encode(typesetting.pdf(TEMPLATE, _data(made, parts, large))).decode()
        made.save(force_insert=True)
        audit.record("cases.morning_sheet", "cases.Export", made.pk, scope_code=made.low)
    return made


def _data(made: Export, parts: list[morning.Part], large: bool) -> dict[str, Any]:
    mark = watermark(made)
    return {
        "lang": "en" if made.language == "en" else "zh",
        "large": large,
        "mark": mark.line,
        "stamp": f"{mark.who} {local_dt(made.asked_at, 'short')}",
        "whose": mark.who,
        "words": {
            "title": _("Morning sheet, %(day)s") % {"day": local_dt(made.asked_at, "day")},
            "none": _("none"),
        },
        "parts": [_part(part, large) for part in parts],
    }


def _part(part: morning.Part, large: bool) -> dict[str, Any]:
    titles = {"overdue": _("Overdue"), "today": _("Due today"), "new": _("New since the last office day")}
    left = part.count - len(part.rows)
    return {
        "title": titles[part.code],
        "count": part.count,
        "rows": [_row(case, large) for case in part.rows],
        "more": _("and %(n)d more, in “My work”") % {"n": left} if left else "",
    }


def _row(case: Case, large: bool) -> dict[str, str]:
    place = case.place_text or (case.building.address if case.building else case.community.label)
    what = f"{case.title} · {place} · {case.state_label}"
    return {
        "number": group_case_number(case.number),
        "what": _fitted(what, ROOM_LARGE if large else ROOM),
        "when": local_dt(case.due_at, "short"),
    }


def _fitted(text: str, room: int) -> str:
    """The text cut to a width: a Chinese character is two wide, as a sign of a narrow script is one."""
    used = 0
    for place, letter in enumerate(text):
        used += 1 if unicodedata.east_asian_width(letter) in ("Na", "N", "H") else 2
        if used > room:
            return f"{text[: place - 1]}…"
    return text
