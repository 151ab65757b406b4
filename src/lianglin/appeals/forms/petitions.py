"""Forms of petitions: registering one, each move on it, asking on as the petitioner."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.actions.opening import Reporter
from lianglin.appeals.actions.petitioning import Asked, Opinion
from lianglin.appeals.forms.desk import MoveForm, UnitField, note_field, radios
from lianglin.appeals.forms.public import Versioned
from lianglin.appeals.queries import worklists
from lianglin.appeals.rules import petition
from lianglin.cases.actions import Place
from lianglin.places.queries import cover


class RegisterForm(forms.Form):
    """What is asked for, where, by how many, who."""

    title = forms.CharField(label=_("title"), max_length=80)
    text = note_field(
        _("what is asked for"), rows=6, hint=_("In the person's words. No ID number, no illness.")
    )
    community = forms.ChoiceField(label=_("community"))
    place_text = forms.CharField(label=_("place in words"), required=False, max_length=160)
    persons = forms.IntegerField(label=_("how many persons"), min_value=1, max_value=9999, initial=1)
    representatives = forms.IntegerField(
        label=_("how many represent them"),
        min_value=1,
        max_value=petition.MOST_REPRESENTATIVES,
        initial=1,
        help_text=_("Five at most (Regulations on Petition Work, art. 20)."),
    )
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60, required=False)
    phone = forms.CharField(label=_("phone"), max_length=20, required=False)
    confidential = forms.BooleanField(
        label=_("name kept from the body complained of"), required=False, initial=True
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {one.scope_code: one for one in cover().communities if actor.covers(one.scope_code)}
        choices = [("", _("choose")), *((code, one.label) for code, one in sorted(self._places.items()))]
        self.fields["community"].choices = choices  # pyright: ignore[reportAttributeAccessIssue]

    def where(self) -> Place:
        """The place of the case."""
        given = self.cleaned_data
        return Place(community=self._places[given["community"]], text=given["place_text"])

    def asked(self) -> Asked:
        """What is asked for."""
        given = self.cleaned_data
        return Asked(given["text"], given["title"], given["persons"], given["representatives"])

    def reporter(self) -> Reporter:
        """Who petitions."""
        given = self.cleaned_data
        return Reporter(name=given["name"], phone=given["phone"], confidential=given["confidential"])


class TurnForm(forms.Form):
    """Why an appeal goes on as a petition; the person reads it."""

    note = note_field(
        _("reason"), rows=3, hint=_("The person reads it, with the new number and the new limits.")
    )


class AcceptForm(MoveForm):
    """Accepted, and the body that handles it."""

    submit = _("Accept it and give notice")
    intro = _("The person is told in writing, with the day by which the opinion is due.")
    unit = UnitField(
        label=_("body that handles it"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )
    note = note_field(_("note"), required=False, rows=2, hint=_("The resident can read it."))

    def prepare(self, context: Any) -> None:
        """The units of the place."""
        near = worklists.units_of([context.case.scope_code]) if context.case else []
        chosen = worklists.units().filter(pk__in=[unit.pk for unit in near]).order_by("kind", "code")
        self.fields["unit"].queryset = chosen  # pyright: ignore[reportAttributeAccessIssue]


class RefuseForm(MoveForm):
    """Not accepted, on a lawful ground."""

    submit = _("Do not accept it")
    ground = radios(_("ground"), petition.REFUSALS)
    note = note_field(_("where the person can turn instead"))


class OpinionForm(MoveForm):
    """The opinion with its four parts."""

    submit = _("Give the opinion")
    intro = _(
        "In writing, with these four parts (art. 32). The person is told the right to a review and its last day."
    )
    outcome = radios(_("outcome"), petition.OUTCOMES)
    request = note_field(_("request"), rows=2)
    facts = note_field(_("what was established"), rows=4)
    view = note_field(_("opinion"), rows=4)
    basis = note_field(_("the law it rests on"), rows=2)

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        parts = {name: given.pop(name) for name in ("request", "facts", "view", "basis")}
        return {**given, "opinion": Opinion(**parts)}


class ExtendAnswerForm(MoveForm):
    """More days, once."""

    submit = _("Approve the extension")
    intro = _("Once, 30 days at most. The person is told the reason and the new day.")
    days = forms.IntegerField(label=_("more calendar days"), min_value=1, max_value=30)
    note = note_field(_("reason"), rows=2)


class AskOnForm(MoveForm):
    """The person asks on at the desk."""

    submit = _("Record it")
    note = note_field(_("what the person says"), rows=3)


class GiveOpinionForm(MoveForm):
    """The opinion of the body above."""

    submit = _("Give the opinion")
    opinion = radios(_("opinion"), petition.OPINIONS)
    note = note_field(_("opinion in words, with the body that gave it"), rows=5)


class FindingsForm(MoveForm):
    """What the body that handles it found."""

    submit = _("Report what was found")
    intro = _("For whoever writes the opinion; the person does not read it.")
    note = note_field(_("what was found"), rows=5)


class MyNoteForm(Versioned):
    """The petitioner says why."""

    note = forms.CharField(
        label=_("What do you not agree with?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what you do not agree with.")},
    )
