"""One move's fields for many appeals at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.forms import desk, joining
from lianglin.appeals.models import StandardText
from lianglin.appeals.queries import worklists


class ManyContext:
    """What the forms need to know where no single case stands behind them."""

    def __init__(self, actor: Actor, *, units: list[Organisation], unit_text: str = "") -> None:
        self.actor, self.units, self.unit_text = actor, units, unit_text
        self.case, self.item, self.version = None, None, 0
        self.advice = None
        self.similar: list[worklists.Similar] = []

    def texts(self, _code: str) -> list[StandardText]:
        """None: a standard text is filled for one case."""
        return []


class ManyDispatchForm(desk.DispatchForm):
    """The orders to one unit: those responsible for the places, and those searched for."""

    def prepare(self, context: Any) -> None:
        """Offers the units of the places; any unit that takes orders is valid."""
        super().prepare(context)
        self.fields["unit"].widget.choices = [
            ("", _("choose a unit")),
            *((u.pk, u.label) for u in context.units),
        ]  # pyright: ignore[reportAttributeAccessIssue]


class ManyMergeForm(joining.MergeForm):
    """All of them joined to one earlier appeal, named by its number."""

    submit = _("Merge into this appeal")
    intro = _(
        "Each keeps its own number, its own promise and its own call-back; the earlier one is worked on."
    )
    other = forms.CharField(label=_("number of the appeal they are merged into"), max_length=24)

    def prepare(self, context: Any) -> None:
        """There is no list of similar ones to choose from."""
        del self.fields["parent"]


FORMS: dict[str, type[desk.MoveForm]] = {"dispatch": ManyDispatchForm, "merge": ManyMergeForm}
"""The moves whose form differs when it is made on many."""
