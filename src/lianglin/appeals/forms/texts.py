"""Forms of standard texts: one text, and the case it is looked at with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.models import StandardText
from lianglin.appeals.rules import texts


class TextForm(forms.Form):
    """A text as it is written, and why."""

    move = forms.ChoiceField(label=_("for which step"), choices=texts.MOVES, widget=forms.RadioSelect)
    item_code = forms.CharField(
        label=_("for which item (code)"),
        max_length=6,
        required=False,
        help_text=_("Six digits of the catalogue; empty: for every item."),
    )
    title = forms.CharField(
        label=_("title"), max_length=60, error_messages={"required": _("Give the text a title.")}
    )
    body = forms.CharField(
        label=_("text"),
        max_length=texts.LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What stands in 【 】 is filled in by hand; what stands in braces comes from the case."),
        error_messages={"required": _("Write the text.")},
    )
    frame = forms.CharField(
        label=_("sentences that texts below must keep"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A line each. Texts of streets for the same step are refused without them."),
    )
    reason = forms.CharField(
        label=_("reason"), max_length=200, error_messages={"required": _("Say why it is written or changed.")}
    )

    def __init__(self, *args: Any, framing: bool, before: StandardText | None = None, **kwargs: Any) -> None:
        names = ("move", "item_code", "title", "body", "frame")
        kwargs.setdefault(
            "initial", {name: getattr(before, name) for name in names} if before else {"move": "answer"}
        )
        super().__init__(*args, **kwargs)
        if not framing:
            del self.fields["frame"]


class PreviewForm(forms.Form):
    """With which appeal the text is looked at."""

    number = forms.CharField(label=_("number of an appeal"), max_length=24, required=False)
