"""The history of one appeal for the file, as a PDF: with a purpose and a watermark, kept as other files taken out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.models import Organisation, Post
from lianglin.access.transaction import together
from lianglin.cases.actions.exporting import KEPT, watermark
from lianglin.cases.actions.sheets import Watermark
from lianglin.cases.models import Case, Export
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock, typesetting
from lianglin.kit.errors import Refused

DUTY = "cases.own_work"
LIST = "appeals.history"
"""How the list of files names it."""
TEMPLATE = Path(__file__).parent.parent / "data" / "history.typ"


def file_history(
    case: Case, *, by: Actor, purpose: str, reason: str, told: Callable[[Watermark], Mapping[str, Any]]
) -> Export:
    """Makes the PDF of what ``told`` says of the case under its watermark; it is listed with the post's files, 48 hours.

    Refused without a purpose of the post or without saying what it is for. NoFont (503) where no Chinese font is.
    """
    by.require(DUTY)
    if purpose not in by.purposes or purpose not in PURPOSES:
        raise Refused(_("Choose one of the purposes of your post."), field="purpose")
    if len(reason.strip()) < 2:
        raise Refused(
            _("Say in a few words what the file is for; it stands on every page of it."), field="reason"
        )
    now = clock.now()
    with together():
        made = Export(
            key=uuid4(), post=Post.objects.get(pk=by.post_id), organisation=Organisation.objects.get(pk=by.organisation_id),
            low=by.low if by.role == "staff" else "", list_code=LIST, query={"title": case.number},
            language=get_language() or "zh-hans", format=Export.Format.PDF, purpose=purpose, reason=reason.strip()[:120],
            asked_at=now, expires_at=now + KEPT, state=Export.State.READY, rows=1,
        )  # fmt: skip
        pdf = typesetting.pdf(TEMPLATE, told(watermark(made)))
        made.content = base64.b64encode(pdf).decode()
        made.save(force_insert=True)
        audit.record(
            "appeals.file_history", SUBJECT, case.pk, scope_code=case.scope_code,
            values={"purpose": purpose, "reason": made.reason},
        )  # fmt: skip
    return made
