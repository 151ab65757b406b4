"""Forms of the catalogue's keeper: a draft, an item, the end of an item, the proposal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.models import Category
from lianglin.appeals.rules import catalogue_changes as rules
from lianglin.kit import clock
from lianglin.kit.controls import DayInput

PLACE_KINDS = (
    ("bld", _("a building")),
    ("cmp", _("a compound")),
    ("road", _("a road or a square")),
    ("org", _("an office or a firm")),
    ("none", _("no place")),
)
SEASONS = (
    ("flat", _("all the year alike")),
    ("heat", _("the heating season")),
    ("snow", _("snow and ice")),
    ("spring", _("spring")),
    ("summer", _("summer")),
    ("rain", _("the rainy months")),
    ("build", _("the building season")),
    ("repair", _("the months of repairs")),
    ("winterdark", _("the dark months")),
    ("school", _("the beginning of school")),
    ("festival", _("around the festivals")),
    ("yearstart", _("the beginning of the year")),
    ("yearend", _("the end of the year")),
    ("office_year", _("the year of the offices")),
)
"""When an item is usually reported."""


class DraftForm(forms.Form):
    """What the next version changes."""

    title = forms.CharField(
        label=_("what it changes"),
        max_length=60,
        error_messages={"required": _("Say in a few words what changes.")},
    )


class ItemForm(forms.Form):
    """All that an item says."""

    code = forms.CharField(
        label=_("code"), max_length=6, min_length=6, help_text=_("Six digits; the first four are those of its class."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("class"))
    name = forms.CharField(label=_("name of the item"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=120)
    owner_name = forms.CharField(label=_("usual owner"), max_length=60)
    owner_name_en = forms.CharField(label=_("usual owner in English"), max_length=120)
    limit_days = forms.IntegerField(label=_("limit in working days"), min_value=1, max_value=120)
    urgent_hours = forms.IntegerField(
        label=_("limit in hours, day and night"), min_value=1, max_value=240, required=False,
        help_text=_("Only for what is urgent: it then goes to the unit on call."),
    )  # fmt: skip
    duplicate_radius_m = forms.IntegerField(
        label=_("radius of duplicates in metres"),
        min_value=-1,
        max_value=5000,
        help_text=_("-1: never one matter."),
    )
    place_kind = forms.ChoiceField(label=_("kind of place"), choices=PLACE_KINDS)
    season = forms.ChoiceField(label=_("season"), choices=[("", "–"), *SEASONS], required=False)
    duty_code = forms.CharField(label=_("duty of the community (code)"), max_length=20, required=False)
    response_template = forms.CharField(
        label=_("response template"), max_length=2000, required=False,
        help_text=_("With it an answer begins; what has to be filled in stands in [brackets]."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    questions = forms.CharField(
        label=_("extra questions"), max_length=4000, required=False,
        help_text=_(
            "A line each: code | kind (yes_no, choice, number, text) | Chinese | English | 必答 | code=Chinese/English; …"
        ),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        categories: dict[str, Category],
        code: str = "",
        said: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if said is not None:
            kwargs["initial"] = said | {
                "code": code,
                "questions": rules.write_questions(
                    said["questions"] or (), chinese=(get_language() or "").startswith("zh")
                ),
            }
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in categories.values():
            groups.setdefault(one.field.label, []).append((one.code, f"{one.code} {one.label}"))
        self.fields["category"].choices = list(groups.items())  # pyright: ignore[reportAttributeAccessIssue]
        if code:
            self.fields["code"].disabled = True

    def clean_questions(self) -> list[dict[str, Any]]:
        """The questions one by one."""
        try:
            return rules.read_questions(self.cleaned_data["questions"])
        except rules.Wrong as wrong:
            raise forms.ValidationError(
                _("Line %(n)s is no question of this form. A choice has two to twelve answers."),
                params={"n": wrong.code},
            ) from wrong

    def said(self) -> dict[str, Any]:
        """The item as a change holds it."""
        return {"code": self.cleaned_data["code"], **{name: self.cleaned_data[name] for name in rules.FIELDS}}


class EndForm(forms.Form):
    """An item ends; which items stand for it from then on."""

    to = forms.CharField(
        label=_("items that stand for it (codes)"), max_length=200, required=False,
        help_text=_("None: it is retired. One: it is merged into that one. Several: it is split."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean_to(self) -> list[str]:
        """The codes one by one."""
        return self.cleaned_data["to"].replace(",", " ").replace("，", " ").replace("、", " ").split()


class ProposeForm(forms.Form):
    """From which day it is to be in force."""

    in_force_from = forms.DateField(
        label=_("in force from"), widget=DayInput(),
        error_messages={"required": _("Choose the first day."), "invalid": _("Choose the first day.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {"in_force_from": (clock.today().replace(day=28) + timedelta(days=5)).replace(day=1)}
        )
        super().__init__(*args, **kwargs)
