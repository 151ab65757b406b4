"""A standard text goes into a form that is being filled: what was typed stays, nothing is sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lianglin.appeals.forms.desk import MoveContext, MoveForm
from lianglin.appeals.queries import texts
from lianglin.appeals.rules import texts as rules
from lianglin.kit.ids import row_number

BUTTON, CHOSEN = "insert", "standard_text"


def asked(request: HttpRequest) -> bool:
    """Whether the button was pressed that inserts, not the one that sends."""
    return BUTTON in request.POST


def filled(request: HttpRequest, code: str, made: type[MoveForm], context: MoveContext) -> MoveForm:
    """The form as it was typed, with the chosen text behind what stands in it; it is not checked yet."""
    typed: dict[str, Any] = {
        name: request.POST.getlist(name) if len(request.POST.getlist(name)) > 1 else request.POST[name]
        for name in request.POST
    }
    wanted = row_number(request.POST.get(CHOSEN, ""))
    text = next((one for one in context.texts(code) if one.pk == wanted), None)
    if text is not None:
        said = rules.filled(text.body, texts.values(context.case))
        typed["note"] = rules.with_text(str(typed.get("note", "")).replace("\r\n", "\n"), said)
    return made(code=code, context=context, initial=typed)
