"""Forms of claims at the desk: starting one, each move on it, authorisations."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.benefits.actions.claim_deciding import Granted
from lianglin.benefits.models import ClaimMaterial, Mandate
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases.models import Case
from lianglin.files.forms import PhotosField
from lianglin.kit.money import yuan_to_fen

LISTED = {
    "required": _("Choose one of the listed answers."),
    "invalid_choice": _("Choose one of the listed answers."),
}


def words(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    """A text that is kept with the step."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Nothing is written yet. The claimant will read this.")},
    )


def day(label: Any, *, required: bool = False, hint: Any = "") -> forms.DateField:
    """A day, as the browser's calendar gives it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class DeedForm(forms.Form):
    """One move on one claim. ``seen_version`` is how the case stood when the page was read."""

    intro: ClassVar[Any] = ""
    submit: ClassVar[Any] = _("Record it")
    seen_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, case: Case, actor: Actor, papers: list[ClaimMaterial], **kwargs: Any
    ) -> None:
        self.case, self.actor, self.papers = case, actor, papers
        super().__init__(*args, initial={"seen_version": case.version}, auto_id="%s", **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """What the form needs of the case."""

    def arguments(self) -> dict[str, Any]:
        """What the action is called with."""
        return dict(self.cleaned_data)


class NoteForm(DeedForm):
    """A move with a note that may stay empty."""

    note = words(_("note"), required=False, rows=2, hint=_("The claimant can read it."))


class ReasonForm(DeedForm):
    """A move that needs its reason."""

    note = words(_("reason"), hint=_("The claimant reads it."))


class FileForm(NoteForm):
    """To which authority it goes."""

    submit = _("File it")
    intro = _("Every paper must be there, confirmed or shown. The authority sees this claim alone.")
    unit = forms.ModelChoiceField(
        label=_("authority"),
        queryset=Organisation.objects.none(),
        empty_label=_("choose"),
        error_messages=LISTED,
    )

    field_order = ["unit", "note"]

    def prepare(self) -> None:
        """The authorities of the place; the one that the measure names is chosen."""
        claim = queries.claim(self.case.pk, self.actor)
        named = claim.version.authority if claim is not None and claim.version is not None else ""
        units = queries.units(self.case)
        self.initial["unit"] = units.filter(name__contains=named).first() if named else None
        self.fields["unit"].queryset = units  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["unit"].label_from_instance = lambda one: one.label  # pyright: ignore[reportAttributeAccessIssue]


class AskMoreForm(DeedForm):
    """Everything that is missing, once."""

    submit = _("Ask for all of it, once")
    intro = _(
        "You can ask once. Tick every paper that is missing or not right, and write down what is not on the list."
    )
    positions = forms.TypedMultipleChoiceField(
        label=_("papers of the claim"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    further = forms.CharField(
        label=_("further papers, one a line"),
        required=False,
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    note = words(_("what is missing, in words"), hint=_("The claimant reads it."))

    def prepare(self) -> None:
        """The papers of the claim."""
        self.fields["positions"].choices = [(one.position, one.name) for one in self.papers]  # pyright: ignore[reportAttributeAccessIssue]

    def arguments(self) -> dict[str, Any]:
        """Lines of further papers, one by one."""
        given = dict(self.cleaned_data)
        return {**given, "further": [one.strip() for one in given["further"].splitlines() if one.strip()]}


class YuanField(forms.CharField):
    """Yuan as they are written; whole fen as they are kept."""

    def clean(self, value: Any) -> Any:
        """Fen, exact; a half fen is refused."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return yuan_to_fen(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("This is no amount. Write yuan with at most two decimals, like 12.50.")
            ) from error


class GrantForm(DeedForm):
    """What is granted, from when, until when, and when it is looked at again."""

    submit = _("Grant it")
    amount = YuanField(
        label=_("amount in yuan"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    in_kind = forms.CharField(label=_("or what is provided in kind"), required=False, max_length=120)
    period_from = day(_("granted from"))
    period_to = day(_("granted until"), hint=_("Empty: once, or without an end."))
    recertify_on = day(_("to be looked at again on"), hint=_("Empty: it is not looked at again."))
    note = words(_("note"), required=False, rows=2, hint=_("The claimant can read it."))

    @property
    def intro(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """From which amount on a second person looks."""
        yuan = settings().second_person_from_fen // 100
        return str(
            _("Above %(yuan)s yuan a second person of your authority confirms it (sample figure).")
        ) % {"yuan": yuan}

    def arguments(self) -> dict[str, Any]:
        """The grant as one."""
        given = dict(self.cleaned_data)
        kept = {name: given.pop(name) for name in ("in_kind", "period_from", "period_to", "recertify_on")}
        granted = Granted(fen=given.pop("amount"), **kept)
        return {**given, "given": granted}


class RefuseForm(DeedForm):
    """Standard reasons, and own words."""

    submit = _("Refuse the claim")
    intro = _(
        "A person decides this, in writing. The days for review and court are written below your words."
    )
    reasons = forms.MultipleChoiceField(
        label=_("standard reasons"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Choose at least one of the listed reasons.")}
    )  # fmt: skip
    note = words(
        _("why, in your own words"), rows=4, hint=_("Which condition is not met, and by what it was seen.")
    )

    def prepare(self) -> None:
        """The standard reasons in the reader's language."""
        english = get_language() == "en"
        self.fields["reasons"].choices = [  # pyright: ignore[reportAttributeAccessIssue]
            (one.code, one.en if english else one.zh) for one in settings().reasons
        ]


class PublishForm(NoteForm):
    """On public notice."""

    submit = _("Put it on public notice")
    intro = _(
        "Surname, community and benefit alone, for the working days that the rule names; then the name is removed."
    )


class RecertifyForm(DeedForm):
    """What was seen, and when next."""

    submit = _("It goes on")
    note = words(_("what was seen"), hint=_("The claimant reads it."))
    recertify_on = day(_("to be looked at again on"), hint=_("Empty: as the rule says."))


class UploadForm(forms.Form):
    """One paper as a picture or a PDF."""

    file = PhotosField(
        label=_("picture or PDF"),
        max_files=1,
        required=True,
        help_text=_("One file, up to 10 MB. Where it was taken is removed from a picture."),
        error_messages={"required": _("Choose a picture or a PDF.")},
    )


class StartForm(forms.Form):
    """Who claims which benefit, and through which channel."""

    measure = forms.ChoiceField(label=_("benefit"), error_messages=LISTED)
    resident = forms.TypedChoiceField(
        label=_("for whom"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
        help_text=_("A benefit for the household needs no person."),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("channel"), choices=rules.CHANNELS[1:], initial="desk", error_messages=LISTED
    )

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.measure.code, one.label) for one in queries.claimable().defer("source")]
        self.fields["measure"].choices = [("", _("choose")), *offered]  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["resident"].choices = people  # pyright: ignore[reportAttributeAccessIssue]


class MandateForm(forms.Form):
    """Who acts, on which papers, from when until when."""

    kind = forms.ChoiceField(
        label=_("kind of authorisation"),
        choices=rules.MANDATE_KINDS,
        widget=forms.RadioSelect,
        error_messages=LISTED,
    )
    papers = forms.ChoiceField(
        label=_("papers seen"), choices=rules.MANDATE_PAPERS, widget=forms.RadioSelect, error_messages=LISTED
    )
    agent_name = forms.CharField(label=_("name of who acts"), max_length=60)
    from_on = day(_("from"), required=True)
    to_on = day(_("to"), hint=_("A written authorisation: a year at most."))


class ActUnderForm(DeedForm):
    """Under which authorisation the claim is seen to."""

    submit = _("Record who acts")
    mandate = forms.ModelChoiceField(
        label=_("authorisation"), queryset=Mandate._base_manager.none(), required=False, empty_label=_("nobody: the claimant acts alone")
    )  # fmt: skip

    def prepare(self) -> None:
        """Those of the claimant that are in force today."""
        claim = queries.claim(self.case.pk, self.actor)
        held = queries.mandates(claim.resident_id, self.actor) if claim and claim.resident_id else []
        seen = Mandate.objects.visible_to(self.actor, purpose=self.actor.work_purpose)
        self.fields["mandate"].queryset = seen.filter(pk__in=[one.pk for one in held])  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["mandate"].label_from_instance = (  # pyright: ignore[reportAttributeAccessIssue]
            lambda one: f"{one.agent_name} · {one.get_kind_display()}"
        )


class AnswerObjectionForm(forms.Form):
    """What was found about an objection."""

    objection = forms.IntegerField(widget=forms.HiddenInput)
    answer = words(_("answer"), rows=3)
