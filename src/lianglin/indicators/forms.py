"""Forms of reports: which one to make, its sentences, why it is corrected, which file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.indicators.reports.models import Report, ReportFile

LINE = 42
"""Characters in a line of a field of sentences, about."""


class MakeForm(forms.Form):
    """Which report, of which place, for which period, for whom."""

    definition = forms.ChoiceField(label=_("kind of report"))
    place = forms.ChoiceField(label=_("place"), required=False)
    period = forms.CharField(
        label=_("period"),
        max_length=8,
        help_text=_(
            "A week like 2026-W47, a month like 2026-11, a quarter like 2026-Q3, or a year like 2026."
        ),
        error_messages={"required": _("Write the period, like 2026-11.")},
    )
    public = forms.BooleanField(
        label=_("for publication"),
        required=False,
        help_text=_(
            "Counts that stand for fewer than ten people, and what would give them away, are left out."
        ),
    )

    def __init__(
        self, *args: Any, definitions: list[tuple[str, Any]], places: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["definition"].choices = definitions  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["place"].choices = places  # pyright: ignore[reportAttributeAccessIssue]


class EditForm(forms.Form):
    """The sentences of a draft, a field for each section, a paragraph a line."""

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = [
            (str(at), section["title"], report.texts[str(at)])
            for at, section in enumerate(report.figures.get("sections", []))
            if str(at) in report.texts
        ]
        for at, title, lines in self._sections:
            self.fields[f"text_{at}"] = forms.CharField(
                label=title,
                required=False,
                initial="\n".join(lines),
                widget=forms.Textarea(attrs={"rows": _rows_for(lines), "lang": "zh-Hans"}),
            )

    def texts(self) -> dict[str, list[str]]:
        """The paragraphs as they were typed, by section."""
        return {at: _lines(self.cleaned_data[f"text_{at}"]) for at, _title, _kept in self._sections}

    def before(self, before: Report | None) -> list[tuple[str, list[str]]]:
        """Heading and paragraphs of the sections that the version before said in other words."""
        then = _by_title(before) if before is not None else {}
        kept = [(title, then.get(title, []), lines) for _at, title, lines in self._sections]
        return [(title, said) for title, said, lines in kept if said and said != lines]

    def kept_otherwise(self) -> list[tuple[str, list[str]]]:
        """Heading and paragraphs of the sections that are kept in other words than were typed."""
        typed = self.texts()
        return [(title, kept) for at, title, kept in self._sections if typed[at] != kept]


def _by_title(report: Report) -> dict[str, list[str]]:
    sections = report.figures.get("sections", [])
    return {section["title"]: report.texts.get(str(at), []) for at, section in enumerate(sections)}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def _rows_for(lines: list[str]) -> int:
    """How high a field must be to show its paragraphs, between a few lines and a screen."""
    return min(max(sum(1 + len(line) // LINE for line in lines) + 1, 3), 24)


class IssueForm(forms.Form):
    """What an issued document carries beside its text."""

    document_number = forms.CharField(
        label=_("document number"),
        max_length=40,
        required=False,
        help_text=_("as your office numbers it, for example 示办发〔2026〕12号; empty: none is printed"),
    )
    copied_to = forms.CharField(
        label=_("copied to"),
        max_length=200,
        required=False,
        help_text=_("printed at the end, as in every document"),
    )


class CorrectForm(forms.Form):
    """Why an issued report is corrected."""

    why = forms.CharField(
        label=_("why it is corrected"),
        max_length=200,
        error_messages={"required": _("Say why it is corrected; the new version gives the reason.")},
    )


class RecallForm(forms.Form):
    """Why an issued report is withdrawn."""

    why = forms.CharField(
        label=_("why it is withdrawn"),
        max_length=200,
        help_text=_("Everybody who holds the report reads it, in the message, too."),
        error_messages={"required": _("Say why it is withdrawn; whoever holds it reads the reason.")},
    )


class FileForm(forms.Form):
    """Word, PDF or Excel, in which layout, and what for."""

    format = forms.ChoiceField(
        label=_("format"), choices=ReportFile.Format.choices, widget=forms.RadioSelect, initial="docx"
    )
    own = forms.ChoiceField(label=_("layout"), widget=forms.RadioSelect, required=False)
    reason = forms.CharField(
        label=_("what it is for"),
        max_length=120,
        error_messages={
            "required": _("Say in a few words what the file is for; it stands on every page of it.")
        },
    )

    def __init__(self, *args: Any, layout: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if layout:
            self.fields["own"].choices = [  # pyright: ignore[reportAttributeAccessIssue]
                ("own", _("the office's own (%(name)s), Word alone") % {"name": layout}),
                ("", _("standard (GB/T 9704)")),
            ]
            self.fields["own"].initial = "own"
        else:
            del self.fields["own"]
