"""The form of a message's texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.kit import clock
from lianglin.kit.domain import Notice
from lianglin.notices.wording.actions import FIELD, Unsound
from lianglin.notices.wording.checks import VARIANTS
from lianglin.notices.wording.showing import NAMES

MOST = 2000
"""What a browser lets one type; how long a text may be is said by the checks."""


class TextForm(forms.Form):
    """The variants of one message, from which day, and why."""

    zh = forms.CharField(label=NAMES["zh-hans"], widget=forms.Textarea(attrs={"rows": 4, "maxlength": MOST}))
    elder = forms.CharField(
        label=NAMES["elder"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MOST}),
        help_text=_("Short sentences, no terms; say whom to call."),
    )
    en = forms.CharField(
        label=NAMES["en"], widget=forms.Textarea(attrs={"rows": 4, "lang": "en", "maxlength": MOST})
    )
    from_on = forms.DateField(
        label=_("in force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose today or a later day."),
            "invalid": _("Choose today or a later day."),
        },
    )
    reason = forms.CharField(
        label=_("reason"), max_length=200, error_messages={"required": _("Say why it is written or changed.")}
    )

    def __init__(self, *args: Any, notice: Notice, texts: dict[str, str], **kwargs: Any) -> None:
        initial = {FIELD[variant]: texts.get(variant, "") for variant in VARIANTS}
        kwargs.setdefault("initial", {**initial, "from_on": clock.today()})
        super().__init__(*args, **kwargs)
        for variant in VARIANTS:
            field = self.fields[FIELD[variant]]
            field.error_messages["required"] = _("Write the text; the shipped one has it, too.")
            if variant not in notice.texts:
                del self.fields[FIELD[variant]]

    def texts(self) -> dict[str, str]:
        """The texts as they were sent, by variant; also of a form that has errors."""
        return {
            variant: str(self.data.get(FIELD[variant], "")).replace("\r\n", "\n").strip()
            for variant in VARIANTS
        }

    def say(self, error: Unsound) -> None:
        """Puts each flaw beside the text that has it."""
        for flaw in error.flaws:
            self.add_error(FIELD[flaw.variant] if FIELD[flaw.variant] in self.fields else None, flaw.words)
        self.refused = error


class NarrowForm(forms.Form):
    """Narrows the catalogue by a word and by kind or standing."""

    q = forms.CharField(label=_("Word in the text"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("all")), *kinds]  # pyright: ignore[reportAttributeAccessIssue]
