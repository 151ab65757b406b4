"""Forms of the rules of dispatch: a version, one rule with its conditions, the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.models import DispatchRule
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules.dispatching import is_day, is_hour
from lianglin.kit import clock
from lianglin.kit.controls import DayInput

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)
PLAIN = {"autocomplete": "off", "spellcheck": "false"}
TICKED = forms.CheckboxSelectMultiple


class VersionForm(forms.Form):
    """What the next version is called."""

    title = forms.CharField(
        label=_("title"),
        max_length=60,
        help_text=_("for example what it changes"),
        error_messages={"required": _("Give the version a title.")},
    )


class ProposeForm(forms.Form):
    """From which day it is to be in force."""

    in_force_from = forms.DateField(
        label=_("in force from"),
        widget=DayInput(),
        error_messages={"required": _("Choose the first day."), "invalid": _("Choose the first day.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"in_force_from": clock.today()})
        super().__init__(*args, **kwargs)


class MonthForm(forms.Form):
    """Which past month the rules are tried on."""

    month = forms.ChoiceField(label=_("month"))

    def __init__(self, *args: Any, months: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = months  # pyright: ignore[reportAttributeAccessIssue]


class UnitsField(forms.ModelMultipleChoiceField):
    """Units that take orders."""

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.label


class UnitField(forms.ModelChoiceField):
    """A unit that takes orders."""

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.label


class RuleForm(forms.Form):
    """One rule. What is left empty is no condition; all that is filled in must hold, one of its values each."""

    title = forms.CharField(
        label=_("title"), max_length=60, error_messages={"required": _("Give the rule a title.")}
    )
    item = forms.MultipleChoiceField(label=_("items"), required=False)
    category = forms.MultipleChoiceField(label=_("classes"), required=False)
    field = forms.MultipleChoiceField(label=_("fields of the catalogue"), required=False, widget=TICKED)
    place = forms.CharField(
        label=_("places"),
        required=False,
        max_length=800,
        help_text=_("Codes of districts, streets or communities, with blanks between them."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    channel = forms.MultipleChoiceField(
        label=_("channels"), required=False, choices=rules.CHANNELS, widget=TICKED
    )
    weekday = forms.TypedMultipleChoiceField(
        label=_("days of the week"), required=False, choices=WEEKDAYS, coerce=int, widget=TICKED
    )
    hours_from = forms.CharField(
        label=_("reported from (time)"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    hours_to = forms.CharField(
        label=_("reported before (time)"),
        required=False,
        help_text=_("An earlier time than the first passes midnight."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    season_from = forms.CharField(
        label=_("season from (month-day)"),
        required=False,
        max_length=5,
        widget=forms.TextInput(attrs={"placeholder": "10-20", **PLAIN}),
    )
    season_to = forms.CharField(
        label=_("season to (month-day)"),
        required=False,
        max_length=5,
        help_text=_("That day included. An earlier day than the first passes the new year."),
        widget=forms.TextInput(attrs={"placeholder": "04-20", **PLAIN}),
    )
    answer = forms.CharField(
        label=_("answers to extra questions"),
        required=False,
        max_length=2000,
        help_text=_("A line each: code of the question = codes of the answers, like lift_trapped = yes."),
        widget=forms.Textarea(attrs={"rows": 3, **PLAIN}),
    )
    unit = UnitField(
        label=_("unit in the lead"),
        queryset=Organisation.objects.none(),
        empty_label=pgettext_lazy("unit", "choose"),
        error_messages={
            "required": _("Choose a unit."),
            "invalid_choice": _("This unit takes no orders. Choose another."),
        },
    )
    co_units = UnitsField(
        label=_("units that handle it with the lead"),
        queryset=Organisation.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("This unit takes no orders. Choose another.")},
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("The dispatcher reads it beside the suggestion: on what the rule rests."),
        error_messages={"required": _("Say on what the rule rests.")},
    )

    def __init__(self, *args: Any, units: Any, rule: DispatchRule | None = None, **kwargs: Any) -> None:
        if rule is not None:
            kwargs["initial"] = self._read(rule)
        super().__init__(*args, **kwargs)
        known = catalogue.choices()
        self._choices("item", catalogue.grouped().groups)
        classes = {f.label: [(c.code, c.label) for c in known.categories[f.code]] for f in known.fields}
        self._choices("category", list(classes.items()))
        self._choices("field", [(f.code, f.label) for f in known.fields])
        for name in ("unit", "co_units"):
            self.fields[name].queryset = units  # pyright: ignore[reportAttributeAccessIssue]
        for name in ("item", "category", "co_units"):
            self.fields[name].widget.attrs["size"] = 8

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # pyright: ignore[reportAttributeAccessIssue]

    def _read(self, rule: DispatchRule) -> dict[str, Any]:
        """The rule as the form shows it."""
        lines: list[str] = []
        initial: dict[str, Any] = {
            "title": rule.title,
            "unit": rule.unit_id,
            "co_units": list(
                Organisation.objects.filter(code__in=rule.co_units).values_list("pk", flat=True)
            ),
            "reason": rule.reason,
        }
        for condition in rule.conditions:
            kind = condition.get("on")
            if kind in ("hours", "season"):
                initial |= {f"{kind}_from": condition["from"], f"{kind}_to": condition["to"]}
            elif kind == "place":
                initial["place"] = " ".join(condition["in"])
            elif kind == "answer":
                lines.append(f"{condition['question']} = {', '.join(condition['in'])}")
            else:
                initial["category" if kind == "class" else str(kind)] = condition["in"]
        return initial | {"answer": "\n".join(lines)}

    def clean_place(self) -> list[str]:
        """The codes one by one."""
        return self.cleaned_data["place"].replace(",", " ").replace("，", " ").split()

    def clean_answer(self) -> list[dict[str, Any]]:
        """The conditions on answers, one a line."""
        found = []
        for line in filter(str.strip, self.cleaned_data["answer"].splitlines()):
            code, mark, values = line.replace("＝", "=").partition("=")
            wanted = values.replace(",", " ").replace("，", " ").replace("、", " ").split()
            if not (code.strip() and mark and wanted):
                raise forms.ValidationError(
                    _("Write each line as: code of the question = codes of the answers.")
                )
            found.append({"on": "answer", "question": code.strip()[:40], "in": wanted})
        return found

    def clean(self) -> dict[str, Any]:
        """Times and days come in pairs, each of the right form."""
        data = super().clean() or self.cleaned_data
        for kind, fits, how in (
            ("hours", is_hour, gettext("Write a time like 20:00.")),
            ("season", is_day, gettext("Write month and day like 10-20.")),
        ):
            first, last = data.get(f"{kind}_from", "").strip()[:5], data.get(f"{kind}_to", "").strip()[:5]
            for name, text in ((f"{kind}_from", first), (f"{kind}_to", last)):
                if text and not fits(text):
                    self.add_error(name, how)
                elif not text and (first or last):
                    self.add_error(name, gettext("The other end is missing."))
            data[kind] = (first, last)
        return data

    def conditions(self) -> list[dict[str, Any]]:
        """What was filled in, as conditions (see rules/dispatching.py)."""
        data, found = self.cleaned_data, []
        for name, kind in (
            ("item", "item"), ("category", "class"), ("field", "field"), ("place", "place"), ("channel", "channel"),
            ("weekday", "weekday"),
        ):  # fmt: skip
            if data[name]:
                found.append({"on": kind, "in": list(data[name])})
        for kind in ("hours", "season"):
            first, last = data[kind]
            if first:
                found.append({"on": kind, "from": first, "to": last})
        return [*found, *data["answer"]]
