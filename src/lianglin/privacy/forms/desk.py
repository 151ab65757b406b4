"""Forms of the desk: requests and their moves, registers, assessments, breaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.kit import discovery
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.controls import DayInput
from lianglin.privacy import rules
from lianglin.privacy.actions.requests import Kin
from lianglin.privacy.models import Processor, Sharing
from lianglin.privacy.queries.subjects import Key


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput())


def _text(
    label: Any, *, required: bool = True, rows: int = 3, hint: Any = "", longest: int = 4000
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _listed(label: Any, choices: Any, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=False, help_text=hint)


class Versioned(forms.Form):
    """A move on a request, on the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def given(self) -> dict[str, Any]:
        """The arguments of the action."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return found | {"seen_version": self.cleaned_data["version"]}


class CheckForm(Versioned):
    """Papers were seen; whose data it is."""

    identity = forms.ChoiceField(label=_("how identity was proved"), choices=rules.IDENTITY[2:])
    of = forms.ChoiceField(
        label=_("Whose data"),
        choices=[("resident", _("number of a resident's file")), ("case", _("number of a matter's row"))],
        required=False,
    )
    subject = forms.IntegerField(
        label=_("Number"),
        required=False,
        min_value=1,
        max_value=2**62,
        help_text=_("Leave it empty where the request names it already."),
    )
    relation = _listed(_("relation to who died"), rules.RELATIONS)
    relation_proof = _listed(_("papers that prove the relation"), rules.RELATION_PROOFS)
    death_proof = _listed(
        _("papers that prove the death"), rules.DEATH_PROOFS, hint=_("Not needed where the file says it.")
    )
    note = _text(_("note"), required=False, rows=2)

    def given(self) -> dict[str, Any]:
        """As the action takes it: with the key of the subject, and the relative where one asks."""
        found = super().given()
        of, number = found.pop("of"), found.pop("subject")
        kin = [found.pop(name) for name in ("relation", "relation_proof", "death_proof")]
        found["kin"] = Kin(*kin) if any(kin) else None
        return found | {"subject": Key(of or "resident", number) if number else None}


class NoteForm(Versioned):
    """What the community holds; for a correction told at the desk, which datum is wrong and what is right."""

    datum = forms.ChoiceField(label=_("Which datum is wrong"), required=False)
    value = forms.CharField(
        label=_("What is right"),
        required=False,
        max_length=60,
        help_text=_("As it is kept: a day as 1957-03-09, a listed answer by its code."),
    )
    note = _text(_("What is held, and what is right"), hint=_("Only the protection officer reads this."))


class BackForm(Versioned):
    """What the community must still say."""

    note = _text(_("What is still missing"))


class FulfilForm(Versioned):
    """Done, in full or in part."""

    outcome = forms.ChoiceField(label=_("outcome"), choices=rules.LIFECYCLE.outcomes[:2])
    extent = forms.ChoiceField(
        label=_("extent of the erasure"),
        choices=[("", _("nothing is erased")), *rules.EXTENTS],
        required=False,
        help_text=_("For a request to delete: it is carried out at once and cannot be undone."),
    )
    by_hand = forms.BooleanField(
        label=_("the community has corrected it itself: a household, a door, a guardian"), required=False
    )
    note = _text(_("Answer"), hint=_("The person reads this."))


class RefuseForm(Versioned):
    """Refused, on a ground of the law."""

    ground = forms.ChoiceField(label=_("ground of the refusal"), choices=rules.REFUSAL_GROUNDS)
    note = _text(_("Reasons"), hint=_("The person reads this, with where to complain."))


class LiftForm(forms.Form):
    """A restriction is lifted."""

    restriction = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**62)
    note = _text(_("Reason"), hint=_("The person reads this."), rows=2, longest=200)


class ExtendForm(Versioned):
    """More time."""

    days = forms.IntegerField(label=_("working days more"), min_value=1, max_value=30)
    note = _text(_("Reason"), hint=_("The person reads this."), rows=2)


class RecordForm(forms.Form):
    """A request told at the desk."""

    kind = forms.ChoiceField(label=_("what is asked"), choices=rules.KINDS)
    acting_for = forms.ChoiceField(label=_("who asks"), choices=rules.ACTING_FOR)
    contact = forms.CharField(label=_("name and phone of who asks"), max_length=120)
    text = _text(_("in their words"), required=False, longest=2000)


class ProcessorForm(forms.ModelForm):
    """A contract."""

    from_on = _day(_("from"))
    to_on = _day(_("to"), required=False)
    checked_on = _day(_("last checked on"), required=False)

    class Meta:
        model = Processor
        fields = ("name", "task", "data", "contract", "from_on", "to_on", "contact", "checked_on")


class SharingForm(forms.ModelForm):
    """A giving."""

    shared_on = _day(_("given on"))

    class Meta:
        model = Sharing
        fields = ("receiver", "contact", "purpose", "data", "basis", "basis_words", "persons", "shared_on")


class AssessmentForm(forms.Form):
    """The three questions of PIPL art. 56, the result, and how long it holds."""

    domain = forms.ChoiceField(label=_("service"))
    necessity = _text(_("purpose, and whether it is lawful and needed"))
    risks = _text(_("effect on persons, and risks"))
    measures = _text(_("measures, and whether they fit the risk"))
    result = forms.ChoiceField(label=_("result"), choices=rules.RESULTS)
    valid_until = _day(_("valid until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains: Any = self.fields["domain"]
        domains.choices = [(found.code, found.label) for found in discovery.manifests() if found.assess]


class BreachForm(forms.Form):
    """What was found."""

    title = forms.CharField(label=_("what happened"), max_length=120)
    found_on = _day(_("found on"))
    found_time = forms.TimeField(label=_("found at (time)"), widget=forms.TimeInput(attrs={"type": "time"}))
    kinds = forms.CharField(label=_("kinds of data"), max_length=200)
    cause = _text(_("cause"))
    contact = forms.CharField(label=_("whom to ask"), max_length=80)

    def given(self) -> dict[str, Any]:
        """The arguments of the action: day and time as one instant."""
        found = dict(self.cleaned_data)
        day, time = found.pop("found_on"), found.pop("found_time")
        return found | {"found_at": datetime.combine(day, time, CITY_ZONE)}


class BreachAssessForm(forms.Form):
    """How many, what harm, what is done."""

    persons = forms.IntegerField(label=_("persons concerned (estimate)"), min_value=0, max_value=2**31 - 1)
    harm = _text(_("possible harm"))
    harmful = forms.BooleanField(label=_("may harm persons"), required=False)
    measures = _text(
        _("what we did, and what persons can do"), hint=_("Every person concerned reads this."), longest=400
    )


class ConcernForm(forms.Form):
    """Whom it concerns."""

    numbers = _text(
        _("Persons concerned"),
        rows=4,
        hint=_("Case numbers, or numbers of residents' files, one a line."),
        longest=12000,
    )
