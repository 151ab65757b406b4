"""Forms of a composed report: its name and title, one section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.indicators.reports.designs import rules
from lianglin.kit import discovery


class BeginForm(forms.Form):
    """What the kind of report is called."""

    name = forms.CharField(
        label=_("name of the kind of report"), max_length=60, error_messages={"required": _("Give it a name, like “monthly report”.")}
    )  # fmt: skip
    title = forms.CharField(
        label=_("printed title"), max_length=120, initial="{place}{period}工作情况报告",
        help_text=_("{place} and {period} are filled in."), error_messages={"required": _("Write the title.")},
    )  # fmt: skip


class SectionForm(forms.Form):
    """One section: heading, figures, parts, chart, sentences."""

    title = forms.CharField(
        label=_("heading"), max_length=60, error_messages={"required": _("Give the section a heading.")}
    )
    level = forms.TypedChoiceField(
        label=_("level"), coerce=int, choices=[(1, _("chapter (一、)")), (2, _("part of the chapter above ((一))"))],
        widget=forms.RadioSelect, initial=1,
    )  # fmt: skip
    figures = forms.MultipleChoiceField(
        label=_("figures"), required=False, widget=forms.CheckboxSelectMultiple
    )
    by = forms.ChoiceField(label=_("table in parts"), required=False)
    chart = forms.ChoiceField(
        label=_("chart"), required=False, widget=forms.RadioSelect,
        choices=[("", _("none")), ("bar", _("bars over the parts")), ("line", _("a line over eight periods"))],
    )  # fmt: skip
    text = forms.CharField(
        label=_("sentences"), required=False, max_length=12_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("A sentence a line. The buttons below put a figure at the end; it is filled in for every period, with its unit."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["figures"].choices = _figures()
        fields["by"].choices = [
            ("", _("no parts: the figures themselves")),
            *rules.dimensions_offered().items(),
        ]

    def wanted(self) -> rules.Wanted:
        """As the action takes it."""
        given = self.cleaned_data
        lines = given["text"].replace("\r\n", "\n").split("\n")
        return rules.Wanted(
            given["title"], given["level"], given["figures"], lines, given["by"], given["chart"]
        )


def _figures() -> list[tuple[str, str]]:
    """Every figure behind the name of the service that declares it, in the order of the services."""
    offered = {one.code for one in rules.offered()}
    return [
        (one.code, f"{manifest.label} · {one.label}")
        for manifest in discovery.manifests()
        for one in manifest.indicators
        if one.code in offered
    ]
