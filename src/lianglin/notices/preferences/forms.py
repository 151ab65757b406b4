"""Forms of wishes: one form for the person, the receipt and the desk; staff's own mail."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.notices.models import StaffMail
from lianglin.notices.preferences import groups, hours
from lianglin.notices.preferences.actions import Given
from lianglin.notices.preferences.hours import Quiet
from lianglin.notices.preferences.models import Wish

_CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


_OF_ANOTHER = {
    "way": _("How does the person want to be told?"),
    "language": _("In which language does the person want it?"),
    "wanted": _("Which of these does the person want?"),
}
"""The questions as a worker reads them, who notes another person's wish."""


class WishForm(forms.Form):
    """How to be told; ``asking``: with the question who asked for it."""

    way = forms.ChoiceField(
        label=_("How shall we tell you?"), choices=Wish.Way.choices, widget=forms.RadioSelect
    )
    email = forms.EmailField(
        label=_("e-mail"),
        required=False,
        help_text=_("Only for messages by e-mail."),
        error_messages={"invalid": _("Write an address like wang@example.cn.")},
    )
    language = forms.ChoiceField(
        label=_("In which language?"), choices=Wish.Speech.choices, widget=forms.RadioSelect
    )
    elder = forms.BooleanField(
        label=_("short sentences and simple words (elder-friendly)"),
        required=False,
        help_text=_("Who to call always stands in it. On paper it is printed large. In Chinese only."),
    )
    quiet_from = forms.TimeField(
        label=_("no messages from"), required=False, widget=_CLOCK, error_messages={"invalid": _("Write a time like 21:30.")}
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label=_("no messages until"), required=False, widget=_CLOCK, error_messages={"invalid": _("Write a time like 21:30.")}
    )  # fmt: skip
    wanted = forms.MultipleChoiceField(
        label=_("Which of these do you want?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    asked_by = forms.CharField(
        label=_("who asked for it"),
        max_length=60,
        help_text=_("The person, a daughter, …"),
        error_messages={"required": _("Write who asked for it: the person, a daughter, …")},
    )

    def __init__(
        self, *args: Any, wish: Wish | None, city: Quiet, asking: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", _initial(wish))
        super().__init__(*args, **kwargs)
        shown = [
            (
                group.code,
                gettext("%(group)s: %(kind)s")
                % {"group": group.label, "kind": groups.KINDS[group.code.partition(".")[2]]},
            )
            for group in groups.may_be_off()
        ]
        self.fields["wanted"].choices = shown  # pyright: ignore[reportAttributeAccessIssue] - it is a choice field
        self.fields["quiet_until"].help_text = (
            _(
                "Empty: at any hour, as the city has no quiet hours. Urgent messages and login codes always come at once."
            )
            if city[0] == city[1]
            else _(
                "Empty: the city's quiet hours, %(from)s to %(until)s. Urgent messages and login codes always come at once."
            )
            % {"from": f"{city[0]:%H:%M}", "until": f"{city[1]:%H:%M}"}
        )
        if not asking:
            del self.fields["asked_by"]
            return
        for name, label in _OF_ANOTHER.items():
            self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        """A mailbox where mails are wished; both ends of the quiet hours, or none: all that is wrong is said at once."""
        found = super().clean() or {}
        if found.get("way") == Wish.Way.EMAIL and not found.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write the e-mail address."))
        for one, other in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
            if found.get(one) is None and found.get(other) is not None and one not in self.errors:
                self.add_error(one, _("Give both times, or none."))
        start, end = found.get("quiet_from"), found.get("quiet_until")
        if start and end and hours.length((start, end)) > hours.LONGEST:
            self.add_error("quiet_until", _("Leave at least eight hours a day in which messages may come."))
        return found

    def given(self) -> Given:
        """The wish that was sent."""
        data = self.cleaned_data
        start, end = data["quiet_from"], data["quiet_until"]
        return Given(
            way=data["way"], email=data["email"], language=data["language"], elder=data["elder"],
            quiet=(start, end) if isinstance(start, time) and isinstance(end, time) else None,
            off=tuple(group.code for group in groups.may_be_off() if group.code not in data["wanted"]),
        )  # fmt: skip


def _initial(wish: Wish | None) -> dict[str, Any]:
    off = wish.off if wish else []
    wanted = [group.code for group in groups.may_be_off() if group.code not in off]
    if wish is None:
        return {"way": Wish.Way.SMS, "language": Wish.Speech.CHINESE, "wanted": wanted}
    names = ("way", "language", "elder", "quiet_from", "quiet_until")
    return {**{name: getattr(wish, name) for name in names}, "email": wish.email or "", "wanted": wanted}


class StaffMailForm(forms.Form):
    """Whether a member of staff is told by mail, too."""

    mode = forms.ChoiceField(label=_("mails"), choices=StaffMail.Mode.choices, widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("e-mail"),
        required=False,
        help_text=_("Your mailbox at work. A mail says only that messages wait, never what they are about."),
        error_messages={"invalid": _("Write an address like wang@example.cn.")},
    )
