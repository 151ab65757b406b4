"""Forms of other hotlines: entered, their words, a file, its columns, an acknowledgement."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.models import HotlineImport, HotlineSource
from lianglin.appeals.rules.hotline import FIELDS, MAPPED, NEEDED, guess

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
LONGEST_WORDS = 60_000


class SourceForm(forms.Form):
    """A hotline is entered."""

    name = forms.CharField(label=_("hotline's name"), max_length=60)
    code = forms.CharField(
        label=_("code"),
        max_length=20,
        help_text=_(
            "Small letters and digits; it stands in the address of the interface. It is not changed later."
        ),
        widget=forms.TextInput(attrs=_PLAIN),
    )


def _words(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_WORDS,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 6, **_PLAIN}),
    )


class WordsForm(forms.Form):
    """The hotline's words in ours, a line each: theirs = our code or name."""

    name = forms.CharField(label=_("hotline's name"), max_length=60)
    item = _words(_("items"), _("A line each: their word = the code of our item, like 供暖不热 = 020101."))
    place = _words(_("communities"), _("A line each: their word = the code of our community."))
    channel = _words(
        _("channels at the hotline"),
        _("A line each: their word = our channel, like 微信 = web, 来电 = phone."),
    )
    active = forms.BooleanField(label=_("in use"), required=False)

    def __init__(self, *args: Any, source: HotlineSource, **kwargs: Any) -> None:
        held = {
            kind: "\n".join(f"{theirs} = {ours}" for theirs, ours in source.values.get(kind, {}).items())
            for kind in MAPPED
        }
        kwargs.setdefault("initial", {"name": source.name, "active": source.active, **held})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Adds ``values``: kind -> {theirs: ours}."""
        data = super().clean() or self.cleaned_data
        data["values"] = {kind: self._read(kind, data.get(kind, "")) for kind in MAPPED}
        return data

    def _read(self, kind: str, text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            theirs, mark, ours = (part.strip() for part in re.sub("[＝=]", "=", line).rpartition("="))
            if not (theirs and mark and ours):
                wrong = gettext("Line %(n)d is not of the form: their word = our code.") % {"n": number}
                self.add_error(kind, wrong)
            else:
                found[theirs[:60]] = ours[:20]
        return found


class FileForm(forms.Form):
    """A file of orders."""

    file = forms.FileField(
        label=_("file of orders (.xlsx, .csv or .json, up to 10 MB)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.json"}),
        help_text=_("First row: headings. One order a row. JSON: a list of objects."),
    )

    def clean_file(self) -> Any:
        """The file; of a larger one only its name has come."""
        file = self.cleaned_data["file"]
        if getattr(file, "cut_off", False):
            raise forms.ValidationError(_("The file is larger than 10 MB. Bring it in parts."))
        return file


class ColumnsForm(forms.Form):
    """Field by field the heading of the file, as guessed or as it was last time."""

    def __init__(self, *args: Any, record: HotlineImport, **kwargs: Any) -> None:
        known = {f: name for f, name in record.source.columns.items() if name in record.heading}
        kwargs.setdefault("initial", guess(record.heading) | known)
        super().__init__(*args, **kwargs)
        columns = [(text, text) for text in record.heading if text]
        for field, (label, _names) in FIELDS.items():
            self.fields[field] = forms.ChoiceField(
                label=label,
                choices=[("", _("not in the file")), *columns],
                required=field in NEEDED,
                error_messages={"required": _("Say which column holds it.")},
            )


class FetchForm(forms.Form):
    """Whether what was returned before and not acknowledged goes into the file again."""

    again = forms.BooleanField(label=_("with what it has not acknowledged yet"), required=False, initial=True)


class AcknowledgeForm(forms.Form):
    """The order numbers that the hotline says it has."""

    numbers = forms.CharField(
        label=_("order numbers that the hotline has"),
        max_length=100_000,
        help_text=_("One a line, or with commas or blanks between them, as copied from its confirmation."),
        widget=forms.Textarea(attrs={"rows": 5, **_PLAIN}),
        error_messages={"required": _("Name at least one order number.")},
    )

    def clean_numbers(self) -> list[str]:
        """The numbers one by one."""
        return re.split(r"[\s,，;；、]+", self.cleaned_data["numbers"].strip())
