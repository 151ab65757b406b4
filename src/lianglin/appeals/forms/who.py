"""Who reports, as fields of any form: a person, a business (经营主体), several people with representatives, or nobody named."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.actions import Reporter
from lianglin.appeals.rules import MOST_REPRESENTATIVES
from lianglin.kit.ids import clean_phone, clean_uscc

PHONE_WRONG = _("Write a mobile number of 11 digits, or a fixed number with its area code.")
NAMES = ("entity", "entity_name", "uscc", "headcount", "representatives")
"""Fields that a form adds to name, phone and confidentiality, which it words itself."""


class WhoMixin(forms.Form):
    """Business and group beside the fields of the form."""

    entity = forms.BooleanField(label=_("reported by a business"), required=False)
    entity_name = forms.CharField(
        label=_("name of the business"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    uscc = forms.CharField(
        label=_("unified social credit code"), max_length=30, required=False,
        help_text=_("18 characters, as on the licence; may stay empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    headcount = forms.IntegerField(
        label=_("how many people report it together"), required=False, min_value=2, max_value=30_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    representatives = forms.CharField(
        label=_("who speaks for them"), max_length=500, required=False,
        help_text=_("A line each: name and phone; five at most."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )  # fmt: skip

    def clean_uscc(self) -> str:
        """The code in capitals, its check character compared."""
        text = self.cleaned_data["uscc"].strip()
        try:
            return clean_uscc(text) if text else ""
        except ValueError:
            raise forms.ValidationError(
                _("One of the 18 characters is wrong or missing. Compare the code with the licence.")
            ) from None

    def clean_representatives(self) -> list[list[str]]:
        """(name, phone in digits) of each line."""
        found = []
        for line in filter(str.strip, self.cleaned_data["representatives"].splitlines()):
            fit = re.fullmatch(r"\s*(.*?)[\s,，:：]*(\+?\d[\d\s-]{6,})?\s*", line)
            name, phone = fit.groups() if fit else (line.strip(), None)
            try:
                found.append([name.strip()[:60], clean_phone(phone) if phone else ""])
            except ValueError:
                raise forms.ValidationError(PHONE_WRONG) from None
        if len(found) > MOST_REPRESENTATIVES:
            raise forms.ValidationError(_("Five people at most speak for a group. Choose them."))
        return found

    def clean(self) -> dict[str, Any]:
        """A business says its name with its code; who speaks for several says for how many."""
        data = super().clean() or self.cleaned_data
        if data.get("entity_name") or data.get("uscc"):
            data["entity"] = True
        if data.get("uscc") and not data.get("entity_name"):
            self.add_error("entity_name", _("Write the name of the business, too."))
        spoken, many = data.get("representatives") or [], data.get("headcount")
        if spoken and not many and "headcount" not in self.errors:
            self.add_error("headcount", _("Say how many people report it together."))
        if many and len(spoken) > many:
            self.add_error("headcount", _("More people speak than report it. Correct one of both."))
        return data

    def reporter(self) -> Reporter:
        """Who reports, as the action takes it; all empty means anonymous."""
        given = self.cleaned_data
        return Reporter(
            name=given.get("name", ""), phone=given.get("phone", ""), entity=given["entity"],
            confidential=given.get("confidential", True), entity_name=given["entity_name"], uscc=given["uscc"],
            headcount=given["headcount"], representatives=tuple((name, phone) for name, phone in given["representatives"]),
        )  # fmt: skip


def representatives_text(rows: list[list[str]]) -> str:
    """The lines again, for a form that is opened once more."""
    return "\n".join(" ".join(filter(None, row)) for row in rows)
