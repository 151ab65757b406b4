"""Forms of a person's file: a guardian, the end of a guardianship, a consent on paper, a new text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.kit.controls import DayInput
from lianglin.kit.signs import local_dt
from lianglin.people import rules
from lianglin.people.models import ConsentText, Guardianship
from lianglin.people.queries import consents


def day(label: Any, *, required: bool = True) -> forms.DateField:
    """A day, chosen or typed."""
    return forms.DateField(label=label, required=required, widget=DayInput())


class GuardianForm(forms.Form):
    """A guardian: a resident by the number of the file, or somebody from outside with name and phone."""

    kind = forms.ChoiceField(label=_("kind of guardianship"), choices=rules.GUARDIAN_KINDS)
    papers = forms.ChoiceField(label=_("papers seen"), choices=rules.GUARDIAN_PAPERS)
    from_on = day(_("from"))
    guardian_id = forms.IntegerField(
        label=_("number of the guardian's file"),
        required=False,
        min_value=1,
        max_value=2**62,
        help_text=_("Where the guardian lives here. Otherwise leave it empty and give name and phone."),
    )
    name = forms.CharField(label=_("guardian's name"), required=False, max_length=60)
    phone = forms.CharField(
        label=_("guardian's phone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("Rests encrypted."),
    )


class EndForm(forms.Form):
    """The last day of a guardianship."""

    to_on = day(_("last day"))


class AwayForm(forms.Form):
    """The day on which somebody moved away."""

    left_on = day(_("moved away on"))


class PaperForm(forms.Form):
    """A consent on paper, as it was signed."""

    text_id = forms.TypedChoiceField(label=_("text and version"), coerce=int)
    form_number = forms.CharField(
        label=_("number of the paper form"), max_length=40, help_text=_("It stands at the foot of the form.")
    )
    decision = forms.ChoiceField(
        label=_("what was ticked"), choices=rules.DECISIONS, widget=forms.RadioSelect
    )
    signed_on = day(_("signed on"))
    guardianship_id = forms.TypedChoiceField(
        label=_("signed by"), coerce=int, required=False, empty_value=None
    )
    asked_by_person = forms.BooleanField(
        label=_("The person brought it up themselves; nobody asked again."), required=False
    )

    def __init__(
        self, *args: Any, guardians: list[Guardianship], texts: list[ConsentText], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text_id"].choices = [  # pyright: ignore[reportAttributeAccessIssue] - a choice field
            (text.pk, f"{text.label} · {text.version} · {local_dt(text.in_force_from, 'date')}")
            for text in texts
        ]
        signers = [("", _("the person"))]
        signers += [(str(g.pk), f"{g.get_kind_display()} {who(g)}") for g in guardians]
        self.fields["guardianship_id"].choices = signers  # pyright: ignore[reportAttributeAccessIssue]


def who(guardian: Guardianship) -> str:
    """A guardian as the desk sees one: masked, or the number of the file."""
    return rules.mask_name(guardian.guardian_name) if guardian.guardian_name else f"#{guardian.guardian_id}"


class TextForm(forms.Form):
    """A new version of the words, in both languages."""

    purpose = forms.ChoiceField(label=_("purpose"))
    title = forms.CharField(label=_("title"), max_length=60)
    title_en = forms.CharField(label=_("English title"), max_length=90)
    text = forms.CharField(
        label=_("text as shown"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    text_en = forms.CharField(
        label=_("English text as shown"), max_length=6000, widget=forms.Textarea(attrs={"rows": 5})
    )
    data = forms.CharField(label=_("data concerned"), max_length=300)  # pyright: ignore[reportAssignmentType] - Django takes it out of the class
    data_en = forms.CharField(label=_("data concerned, in English"), max_length=400)
    basis = forms.CharField(label=_("legal basis"), max_length=200)
    basis_en = forms.CharField(label=_("legal basis, in English"), max_length=300)
    receivers = forms.CharField(label=_("receivers"), max_length=300)
    receivers_en = forms.CharField(label=_("receivers, in English"), max_length=400)
    form_number = forms.CharField(label=_("number of the paper form"), max_length=40)
    sensitive = forms.BooleanField(label=_("separate consent for sensitive data"), required=False)
    renews = forms.BooleanField(
        label=_("asks anew"),
        required=False,
        help_text=_("Purpose, data or receivers changed: earlier consents no longer count (PIPL art. 14)."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [  # pyright: ignore[reportAttributeAccessIssue] - a choice field
            (code, found.label) for code, found in consents.purposes().items()
        ]
