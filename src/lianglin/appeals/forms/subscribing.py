"""Subscribing: what about, and where to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.forms.desk import radios
from lianglin.appeals.forms.publishing import ClosedForm
from lianglin.appeals.models import Subscription
from lianglin.appeals.rules.subscribing import Subject


class SubscribeForm(ClosedForm):
    """Area and class as in the public list, or one problem class; by e-mail, or by a program's address."""

    channel = radios(_("how"), Subscription.Channel.choices)
    email = forms.EmailField(
        label=_("e-mail address"),
        help_text=_("You get a mail with a link. Only after you open it and confirm is anything sent."),
        required=False,
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    url = forms.CharField(
        label=_("web address of the program"),
        help_text=_("https:// only. It is asked once, and has to say a word back."),
        required=False,
        max_length=400,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, given: Any, problem: int | None = None) -> None:
        super().__init__(given or data)
        self.problem = problem
        for name in ("q", "area", "category") if problem is not None else ("q",):
            del self.fields[name]
        self.is_bound = given is not None
        if not self.is_bound:
            self.initial = {name: data.get(name, "") for name in ("area", "category")} | {"channel": "email"}

    def clean(self) -> dict[str, Any]:
        """The address that the chosen way needs."""
        found = super().clean() or {}
        if found.get("channel") == "email" and not found.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write the e-mail address to send to."))
        if found.get("channel") == "webhook" and not found.get("url"):
            self.add_error("url", _("Write the web address to call."))
        return found

    def subject(self) -> Subject:
        """What was chosen."""
        if self.problem is not None:
            return Subject(problem=self.problem)
        return Subject(self.cleaned_data.get("area") or "", self.cleaned_data.get("category") or "")
