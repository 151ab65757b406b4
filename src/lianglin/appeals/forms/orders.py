"""Forms of orders: an objection with its ground, the lead's answer past a co-handler, a co-handling order and its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.appeals.forms.desk import AnswerForm, MoveForm, NoteOnlyForm, UnitField, note_field, radios
from lianglin.appeals.queries import orders, worklists
from lianglin.appeals.rules import objecting
from lianglin.kit.signs import local_dt


class ObjectForm(NoteOnlyForm):
    """The unit says that the order is not its own, on which ground, and why."""

    submit = _("Send it back")
    intro = _(
        "Not your unit's duty? Say why and whose it is; the dispatcher rules on it, and the ruling binds."
    )
    ground = radios(_("ground"), objecting.GROUNDS)
    field_order = ["ground", "note"]

    def prepare(self, context: Any) -> None:
        """Says until when."""
        until = orders.objection_until(context.case, context.actor) if context.case else None
        if until is not None:
            self.fields["ground"].help_text = gettext("Possible until %(until)s.") % {
                "until": local_dt(until.at)
            }


class LeadAnswerForm(AnswerForm):
    """The lead's answer; while a unit that was called in has not answered, with a reason."""

    without = forms.CharField(
        label=_("why without the units called in"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def prepare(self, context: Any) -> None:
        """Asks for the reason only where it is needed."""
        waiting = orders.open_co_orders(context.case, context.actor) if context.case else []
        if waiting:
            names = ", ".join(one.unit.label for one in waiting)
            self.fields["without"].help_text = gettext("Not answered yet: %(units)s") % {"units": names}
        else:
            del self.fields["without"]


class CoOrderForm(MoveForm):
    """One more unit, called in to help."""

    submit = _("Call it in")
    intro = _(
        "The lead stays responsible and answers; this unit has a limit of its own and sees the case meanwhile."
    )
    co_unit = UnitField(
        label=_("unit to call in"),
        queryset=Organisation.objects.none(),
        error_messages={
            "required": _("Choose a unit."),
            "invalid_choice": _("This unit takes no orders. Choose another."),
        },
    )
    days = forms.IntegerField(label=_("working days it has"), min_value=1, max_value=60, initial=2)
    note = note_field(_("what it is asked to do"), rows=3)

    def prepare(self, context: Any) -> None:
        """Offers the units of the place."""
        near = worklists.units_of([context.case.scope_code]) if context.case else []
        offered = [unit.pk for unit in near if unit.pk != context.case.owner_id]
        chosen = worklists.units().filter(pk__in=offered).order_by("kind", "code")
        self.fields["co_unit"].queryset = chosen  # pyright: ignore[reportAttributeAccessIssue]

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["unit"] = given.pop("co_unit")
        return given


class CoAnswerForm(NoteOnlyForm):
    """The answer of a unit that was called in: for the lead and the dispatcher."""

    submit = _("Answer your order")
    intro = _("The unit in the lead and the dispatcher read it; the lead answers the person.")
    note = note_field(_("answer"), rows=4)
