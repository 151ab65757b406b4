"""Forms for several appeals on one matter: merged, taken apart, split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.forms.desk import ItemChoices, MoveContext, MoveForm, note_field
from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue, worklists
from lianglin.kit.controls import HeldSelect
from lianglin.kit.ids import clean_case_number


class MergeForm(MoveForm):
    """Joined to an earlier appeal of the same matter."""

    submit = _("Merge into the chosen appeal")
    intro = _(
        "Both stay visible: this one follows the earlier one and is answered with it. Another person's keeps its own "
        "limit and its own call-back; the same person's is answered and called back once."
    )
    parent = forms.CharField(required=False, max_length=24)
    other = forms.CharField(label=_("or the number of another appeal"), required=False, max_length=24)
    note = note_field(_("note"), required=False, rows=2)

    def clean(self) -> dict[str, Any]:
        """Finds the earlier appeal among those that this post may see."""
        cleaned = super().clean() or self.cleaned_data
        text = cleaned.get("other") or cleaned.get("parent") or ""
        found = None
        if text:
            try:
                found = worklists.find(self.context.actor, clean_case_number(text))
            except ValueError:
                found = None
        if found is None:
            self.add_error(
                "other" if text else None,
                _("Choose one of the similar appeals, or write the number of an appeal in your area."),
            )
        cleaned["found"] = found
        return cleaned

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"parent": given["found"], "note": given["note"], "seen_version": given["seen_version"]}


class UnmergeForm(MoveForm):
    """A merged appeal by itself again."""

    submit = _("Take it apart again")
    intro = _(
        "Possible while the earlier appeal is not settled. It goes back to the dispatcher with a new limit."
    )
    note = note_field(_("reasons"), rows=2)


class SplitForm(MoveForm):
    """A second matter in the same report."""

    submit = _("Split off the second matter")
    intro = _(
        "For a report that holds two matters. This one stays as it is; the second gets a number, limits and a receipt of its own, "
        "for the same person."
    )
    text = forms.CharField(
        label=_("the second matter"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what the second matter is.")},
    )
    item = forms.ChoiceField(
        label=_("item"), required=False, widget=HeldSelect(lambda: catalogue.grouped().markup)
    )

    def prepare(self, context: MoveContext) -> None:
        self.fields["item"].choices = ItemChoices()  # pyright: ignore[reportAttributeAccessIssue]

    def clean_item(self) -> Item | None:
        """The item of the catalogue in force."""
        return catalogue.item_of(self.cleaned_data["item"])
