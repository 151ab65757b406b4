"""Forms of the three offices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.actor import role_kinds
from lianglin.access.governance import queries
from lianglin.access.models import Account, Organisation, RightsChange
from lianglin.kit.controls import DayInput
from lianglin.places.areas import AreaField, AreaForm

PLAIN = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})

MOST_ALIKE = 5
"""Organisations that an error names when several fit what was typed."""


def day(label: Any, **more: Any) -> forms.DateField:
    """A day of the calendar."""
    return forms.DateField(label=label, widget=DayInput(), **more)


def reason_field() -> forms.CharField:
    """Why; kept for years and read by others, so nobody's data belongs in it."""
    return forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("for example the number of the decision; nothing about residents"),
    )


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = reason_field()


class LinkForm(ReasonForm):
    """Who somebody is at the city's own login."""

    subject = forms.CharField(label=_("name at the city's login"), max_length=255, widget=PLAIN)
    field_order = ["subject", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = _t("the value of “%(claim)s” there, letter by letter")
        self.fields["subject"].help_text = help_text % {"claim": settings.OIDC_CLAIM}


class NoteForm(forms.Form):
    """What the second person remarks."""

    note = forms.CharField(label=_("remark"), max_length=200, required=False)


class AccountForm(forms.Form):
    """A new login."""

    username = forms.CharField(
        label=_("login name"),
        max_length=60,
        widget=PLAIN,
        help_text=_("letters, digits, dot, hyphen; for example the staff number"),
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Use letters, digits, dot and hyphen only."))
        ],
    )
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60)


class PasswordForm(forms.Form):
    """One's own password, twice."""

    password = forms.CharField(
        label=_("new password"),
        max_length=200,
        strip=False,
        help_text=_("twelve characters or more; a sentence is easier to remember"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("new password once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _t("The two differ. Write the same password twice."))
        return given


class OrganisationForm(forms.ModelForm):
    """An organisation; the one above it is named by its name or code."""

    parent_code = forms.CharField(
        label=_("organisation above"),
        max_length=120,
        required=False,
        widget=PLAIN,
        help_text=_("Name or code; a part of the name is enough where no other has it."),
    )

    class Meta:
        model = Organisation
        fields = ("code", "name", "name_en", "kind", "scope_code", "phone", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope_code"].label = _t("code of the place")
        self.fields["scope_code"].help_text = _t("empty for a body of the whole city")
        if self.instance.pk and self.instance.parent:
            self.fields["parent_code"].initial = self.instance.parent.code

    def clean_parent_code(self) -> Organisation | None:
        """The organisation that is meant."""
        return _organisation(self.cleaned_data["parent_code"])

    def given(self) -> dict[str, Any]:
        """The values for :func:`accounts.save_organisation`."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**values, "parent": self.cleaned_data["parent_code"]}

    def _post_clean(self) -> None:
        """The model's own checks stay with the action, which refuses with words."""


def _organisation(wanted: str) -> Organisation | None:
    """The organisation that is meant: by its code, its whole name, or a part of it that no other has."""
    if not wanted:
        return None
    found = queries.organisations_like(wanted, most=MOST_ALIKE + 1)
    if len(found) == 1:
        return found[0]
    if not found:
        raise forms.ValidationError(
            _t("No organisation has this name or code. Type a part of its name, or look it up in the list.")
        )
    names = _t(", ").join(f"{one.label} ({one.code})" for one in found[:MOST_ALIKE])
    raise forms.ValidationError(
        _t("Several organisations fit: %(names)s. Type the whole name, or the code.") % {"names": names}
    )


def _account(username: str) -> Account | None:
    if not username:
        return None
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise forms.ValidationError(_t("There is no account with this login name. Check the spelling."))
    return found


class PostForm(AreaForm):
    """A post to propose: kind, organisation, place, days."""

    role_code = forms.ChoiceField(label=_("role"))
    organisation = forms.CharField(
        label=_("organisation"),
        max_length=120,
        widget=PLAIN,
        help_text=_("Name or code; a part of the name is enough where no other has it."),
    )
    scope_code = AreaField(
        label=_("area"),
        required=False,
        help_text=_("Name, pinyin, its first letters, or the code; empty for the whole city and for units."),
    )
    title = forms.CharField(label=pgettext_lazy("post", "title"), max_length=80)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)
    starts_on = day(_("first day"))
    ends_on = day(_("last day"), required=False, help_text=_("empty: until it is ended"))
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role_code"].choices = [(code, kind.label) for code, kind in role_kinds().items()]

    def clean_organisation(self) -> Organisation | None:
        """The organisation that is meant."""
        return _organisation(self.cleaned_data["organisation"])


class EndForm(forms.Form):
    """The last day of a post, and who takes over."""

    ends_on = day(_("last day"), help_text=_("from the day after, the post opens nothing"))
    successor = forms.CharField(
        label=_("login name of who takes over"),
        max_length=60,
        required=False,
        widget=PLAIN,
        help_text=_("gets the same post from the day after, and everything that is open; empty: nobody"),
    )
    reason = reason_field()

    def clean_successor(self) -> Account | None:
        """The account with this login name."""
        return _account(self.cleaned_data["successor"])


class NameFilter(forms.Form):
    """A part of a name."""

    name = forms.CharField(label=_("begins with"), max_length=60, required=False)


class PostFilter(forms.Form):
    """Which posts to show."""

    state = forms.ChoiceField(
        label=_("days"),
        required=False,
        choices=[
            ("", _("all")),
            ("now", _("in force today")),
            ("future", _("not yet begun")),
            ("ended", _("ended")),
        ],
    )
    role = forms.ChoiceField(label=_("role"), required=False)
    organisation = forms.CharField(
        label=_("name or code of the organisation"), max_length=120, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, kind.label) for code, kind in role_kinds().items()]
        self.fields["role"].choices = [("", _("all")), *kinds]


class StateFilter(forms.Form):
    """Which changes to show."""

    state = forms.ChoiceField(
        label=_("state"), required=False, choices=[("", _("all")), *RightsChange.State.choices]
    )
