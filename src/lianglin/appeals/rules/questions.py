"""Extra questions of an item: their kinds, and whether an answer is one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS = (
    ("yes_no", _("yes or no")),
    ("choice", _("one of several")),
    ("number", pgettext_lazy("kind of question", "number")),
    ("text", _("short text")),
)
YES_NO = (("yes", _("yes")), ("no", _("no")))
LONGEST = 200
MOST, MOST_CHOICES = 6, 12
"""Questions of one item, answers of one choice: more and nobody answers them."""


@dataclass(frozen=True)
class Question:
    """A question as forms and checks take it; ``choices``: (code, words in the reader's language)."""

    code: str
    kind: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen: () for a number or a text."""
        return tuple((code, str(label)) for code, label in YES_NO) if self.kind == "yes_no" else self.choices


def clean(question: Question, text: str) -> str:
    """The answer as it is stored; "" for none; ValueError when it is no answer to this question."""
    text = text.strip()
    if not text:
        return ""
    if question.kind == "number":
        plain = text.replace("，", "").replace(",", "")
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,3})?", plain):
            raise ValueError(question.code)
        return plain
    if question.kind in ("yes_no", "choice") and text not in {code for code, _label in question.options}:
        raise ValueError(question.code)
    if len(text) > LONGEST:
        raise ValueError(question.code)
    return text


def said(question: Question, value: str) -> str:
    """An answer in words."""
    return dict(question.options).get(value, value)
