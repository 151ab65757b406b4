"""The form of a schedule, and the one that sends an issued report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.schedules import rules
from lianglin.indicators.reports.schedules.actions import Wanted
from lianglin.indicators.reports.sending.choosing import OfficesInput
from lianglin.indicators.reports.sending.offices import Receiver, addresses


class ReceiversForm(forms.Form):
    """Offices, and the mail addresses of those that have one."""

    offices = forms.TypedMultipleChoiceField(
        label=_("offices that receive it once issued"), coerce=int, required=False, widget=OfficesInput,
    )  # fmt: skip
    mails = forms.CharField(
        label=_("mail addresses of these offices"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A line for each office: its name, a comma, its address. The mail holds a link that asks for the login."),
    )  # fmt: skip

    def __init__(self, *args: Any, offices: Sequence[Organisation], find: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = offices
        widget: Any = self.fields["offices"].widget
        widget.offices, widget.text = offices, find.strip()[:40]
        self.fields["offices"].choices = [(one.pk, one.label) for one in offices]  # pyright: ignore[reportAttributeAccessIssue]

    def clean_mails(self) -> dict[int, str]:
        """The addresses by office; every line is understood or named."""
        return addresses(self.cleaned_data["mails"], self.known)

    def clean(self) -> dict[str, Any]:
        """An address belongs to a chosen office."""
        given = super().clean() or self.cleaned_data
        chosen, mails = given.get("offices") or [], given.get("mails") or {}
        if set(mails) - set(chosen):
            self.add_error(
                "mails", ValidationError(_("Choose the office above, too, whose address you write."))
            )
        return given

    def receivers(self) -> list[Receiver]:
        """As the actions take them."""
        mails = self.cleaned_data["mails"]
        return [Receiver(one, mails.get(one, "")) for one in self.cleaned_data["offices"]]


class SendForm(ReceiversForm):
    """Sends an issued report, or notes copies on paper."""

    offices = forms.TypedMultipleChoiceField(
        label=_("offices that receive it"), coerce=int, widget=OfficesInput,
        error_messages={"required": _("Choose at least one office.")},
    )  # fmt: skip

    printed = forms.IntegerField(
        label=_("printed copies for each"), min_value=1, max_value=999, required=False,
        help_text=_("Empty: it is sent in the house, and by mail where an address is written."),
    )  # fmt: skip
    field_order = ["offices", "mails", "printed"]

    def clean(self) -> dict[str, Any]:
        """Paper alone, or the house and mail: with both filled in, the mail would not go."""
        given = super().clean()
        if given.get("printed") and given.get("mails"):
            self.add_error(
                "printed",
                _(
                    "Copies on paper are noted by themselves. Empty this field and send; then note the paper, or the other way round."
                ),
            )
        return given


class HandedOverForm(forms.Form):
    """Who signed for the sheets."""

    signed_by = forms.CharField(
        label=_("signed for by"), max_length=80,
        help_text=_("the post that took it, like “registry”; no personal name is needed"),
        error_messages={"required": _("Write who signed for it: the post, like “registry”.")},
    )  # fmt: skip


class ScheduleForm(ReceiversForm):
    """Which report, of which places, when, who hears of it, where it goes."""

    name = forms.CharField(
        label=_("name of the schedule"), max_length=80, error_messages={"required": _("Give it a name, like “monthly report”.")}
    )  # fmt: skip
    definition = forms.ChoiceField(label=_("kind of report"))
    kind = forms.ChoiceField(label=_("kind of period"), choices=Report.Kind.choices, initial="month")
    nth = forms.IntegerField(
        label=_("working day after the period"), min_value=1, max_value=rules.MOST, initial=3,
        help_text=_("3: on the third working day after the period, by the city's working calendar."),
        error_messages={
            **dict.fromkeys(("required", "min_value", "max_value"), _("Choose a working day from 1 to 20.")),
            "invalid": _("Write digits only."),
        },
    )  # fmt: skip
    places = forms.MultipleChoiceField(
        label=_("places"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one place.")},
    )  # fmt: skip
    public = forms.BooleanField(label=_("for publication"), required=False)
    at_once = forms.BooleanField(
        label=_("begin with the period that is over already, not with the next"), required=False, initial=True
    )
    tells = forms.TypedMultipleChoiceField(
        label=_("posts that hear of a draft"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Your own post always does."),
    )  # fmt: skip
    field_order = [
        "name",
        "definition",
        "kind",
        "nth",
        "places",
        "public",
        "at_once",
        "tells",
        "offices",
        "mails",
    ]

    def __init__(
        self, *args: Any, definitions: list[tuple[str, Any]], places: list[tuple[str, Any]], posts: Sequence[Post],
        whole: str, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.whole = whole
        fields: Any = self.fields
        fields["definition"].choices = definitions
        fields["places"].choices = [(code or "-", label) for code, label in places]
        fields["places"].initial = [whole or "-"]
        fields["tells"].choices = [(post.pk, f"{post.organisation.label} · {post.label}") for post in posts]

    def wanted(self) -> Wanted:
        """As the action takes it."""
        given = self.cleaned_data
        places = ["" if code == "-" else code for code in given["places"]]
        return Wanted(
            given["name"], given["definition"], given["kind"], given["nth"], places, given["public"], given["tells"],
            self.receivers(), given["at_once"],
        )  # fmt: skip
