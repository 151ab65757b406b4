"""Forms of the desk: the list's filters, one form per move, the quick record of what was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.choices import BaseChoiceIterator  # pyright: ignore[reportMissingImports] - stubs of Django 4
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.forms.replies import finished
from lianglin.appeals.models import Category, Item, StandardText
from lianglin.appeals.queries import catalogue, texts, worklists
from lianglin.appeals.queries.dispatching import Advice, advice_for
from lianglin.appeals.queries.resembling import Resembling, resembling
from lianglin.appeals.rules import texts as text_rules
from lianglin.appeals.rules.advised import unpacked
from lianglin.cases.models import Case
from lianglin.files.forms import PhotosField
from lianglin.kit.controls import HeldSelect


def note_field(label: Any, *, required: bool = True, rows: int = 4, hint: Any = "") -> forms.CharField:
    """A text that is kept with the step."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Nothing is written yet. The person who reported it will read this.")},
    )


def radios(label: Any, choices: Any) -> forms.ChoiceField:
    """One of a few, as rows to press."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the listed answers.")},
    )


class FilterForm(forms.Form):
    """What the list is narrowed to; an impossible value counts as not chosen."""

    number = forms.CharField(
        label=_("number"),
        required=False,
        max_length=24,
        widget=forms.TextInput(
            attrs={"type": "search", "autocapitalize": "characters", "placeholder": "A2611…"}
        ),
    )
    state = forms.ChoiceField(label=_("state"), required=False)
    category = forms.TypedChoiceField(label=_("class"), required=False, coerce=int, empty_value=None)
    place = forms.ChoiceField(label=_("area"), required=False)
    overdue = forms.BooleanField(label=_("overdue"), required=False)
    urgent = forms.BooleanField(label=_("urgent"), required=False)

    def __init__(
        self, *args: Any, places: list[tuple[str, str]], categories: list[Category], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        states = [(state.code, state.label) for state in rules.LIFECYCLE.states]
        self.choices("state", [("", _("all")), (worklists.OPEN, _("in hand")), *states])
        by_field: dict[str, list[tuple[int, str]]] = {}
        for category in categories:
            by_field.setdefault(category.field.label, []).append((category.pk, category.label))
        self.choices("category", [("", _("all")), *by_field.items()])
        if places:
            self.choices("place", [("", _("all")), *places])
        else:
            del self.fields["place"]

    def choices(self, name: str, choices: list[Any]) -> None:
        """Sets the choices of a select field."""
        self.fields[name].choices = choices  # pyright: ignore[reportAttributeAccessIssue]

    def clean_number(self) -> str:
        """The beginning of a number without blanks, in capitals."""
        return "".join(self.cleaned_data["number"].upper().split())

    def chosen(self) -> dict[str, Any]:
        """The valid choices, for :func:`worklists.worklist`."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.chosen())


class MoveForm(forms.Form):
    """One move on one appeal. ``seen_version`` is how the case stood when the page was read."""

    intro: ClassVar[Any] = ""
    submit: ClassVar[Any] = ""
    seen_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, code: str, context: MoveContext, initial: Any = None
    ) -> None:
        super().__init__(
            data, files, auto_id=f"id_{code}_%s", initial={"seen_version": context.version, **(initial or {})}
        )
        self.context = context
        self.prepare(context)

    def prepare(self, context: MoveContext) -> None:
        """Fills in what depends on the case (choices, suggestions)."""

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the action."""
        return dict(self.cleaned_data)


class MoveContext:
    """What forms need to know of a case; each part is read when a form asks for it."""

    def __init__(self, case: Case, actor: Any, *, unit_text: str = "") -> None:
        self.case, self.actor, self.unit_text = case, actor, unit_text
        self.item: Item | None = case.appeal.item
        self.version = case.version
        self._similar: list[worklists.Similar] | None = None
        self._texts: dict[str, list[StandardText]] = {}

    @cached_property
    def advice(self) -> Advice | None:
        """What the rules of dispatch in force say; read once."""
        return advice_for(self.case, self.actor)

    def texts(self, code: str) -> list[StandardText]:
        """The standard texts that the form of a move offers for this case; read once."""
        if code not in self._texts:
            wanted = text_rules.FORMS.get(code)
            item = self.item.code if self.item else ""
            self._texts[code] = texts.in_force(self.case.scope_code, wanted, item) if wanted else []
        return self._texts[code]

    @property
    def similar(self) -> list[worklists.Similar]:
        """Appeals that resemble this one; read once."""
        if self._similar is None:
            self._similar = worklists.similar(self.case, self.item, self.actor)
        return self._similar

    @cached_property
    def candidates(self) -> Sequence[worklists.Similar | Resembling]:
        """Earlier appeals into which this one may be merged, with reasons; read when the form is shown."""
        found = resembling(self.case, self.case.appeal.text, self.item, self.actor)
        if found is None:
            return self.similar
        known = {one.case.pk for one in found}
        return [*found, *(one for one in self.similar if one.case.pk not in known)]


class AcceptForm(MoveForm):
    """Receive the appeal; correct the item if it was filed wrongly."""

    submit = _("Accept it")
    item = forms.ChoiceField(
        label=_("item"), required=False, widget=HeldSelect(lambda: catalogue.grouped().markup)
    )
    note = note_field(_("note"), required=False, rows=2, hint=_("The resident can read it."))

    def prepare(self, context: MoveContext) -> None:
        field = self.fields["item"]
        field.choices = ItemChoices()  # pyright: ignore[reportAttributeAccessIssue]
        field.initial = context.item.code if context.item else ""

    def clean_item(self) -> Item | None:
        """The item of the catalogue in force, if it was changed or named."""
        item = catalogue.item_of(self.cleaned_data["item"])
        return None if item == self.context.item else item

    def arguments(self) -> dict[str, Any]:
        """With the items that were suggested beside the form, if any were."""
        return super().arguments() | {"advised": unpacked(self.data.get("advised", ""))}


class ItemChoices(BaseChoiceIterator):
    """The catalogue as a grouped select, taken as it is: Django would copy 96 pairs for every form."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", gettext("not clear yet"))
        yield from catalogue.grouped().groups


class AnswerForm(MoveForm):
    """The answer that the person reads, and what came of it."""

    submit = _("Send the answer")
    outcome = radios(_("outcome"), rules.OUTCOMES)
    note = note_field(
        _("answer"), rows=6, hint=_("Replace what stands in [brackets]. Plain words, no internal terms.")
    )
    photos = PhotosField(label=_("Pictures or papers that show it"))

    def clean(self) -> dict[str, Any]:
        """A browser sends files once: with another mistake in the form they have to be chosen again."""
        data = super().clean() or {}
        if self.errors and data.get("photos"):
            self.add_error(
                "photos", _("Choose the pictures again: a form with a mistake in it does not keep them.")
            )
        return data

    def clean_note(self) -> str:
        """An answer with a bracket left in is not finished."""
        return finished(self.cleaned_data["note"], (text.body for text in self.context.texts("answer")))


class AnswerNowForm(AnswerForm):
    """Answered on the spot, never dispatched."""

    submit = _("Answer on the spot")
    intro = _("For what you can answer or put right yourself. It is recorded and called back like any other.")
    entry = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


class RefuseForm(MoveForm):
    """Not accepted, on a lawful ground, with the other way told."""

    submit = _("Do not accept it")
    intro = _("Only on one of these grounds, and always with where the person can turn instead.")
    ground = radios(_("ground"), rules.REFUSAL_GROUNDS)
    note = note_field(_("where the person can turn instead"))

    def clean_note(self) -> str:
        """A bracket left in is not finished."""
        return finished(self.cleaned_data["note"], (text.body for text in self.context.texts("refuse")))


class RedirectForm(MoveForm):
    """Passed on to a body outside."""

    submit = _("Pass it on")
    intro = _("For a body that does not work with this platform. The resident is told which.")
    to = forms.CharField(
        label=_("body it is passed on to"), max_length=80, error_messages={"required": _("Name the body.")}
    )
    note = note_field(_("reason"), rows=2)


class UnitField(forms.ModelChoiceField):
    """A unit that can take orders."""

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.label


class UnitsField(forms.ModelMultipleChoiceField):
    """Several units."""

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.label


class DispatchForm(MoveForm):
    """The order to one responsible unit."""

    submit = _("Dispatch it")
    unit = UnitField(
        label=_("unit"),
        queryset=Organisation.objects.none(),
        error_messages={
            "required": _("Choose a unit."),
            "invalid_choice": _("This unit takes no orders. Choose another."),
        },
    )
    co_units = UnitsField(
        label=_("call in, as the rule says"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("This unit takes no orders. Choose another.")},
    )
    note = note_field(_("note to the unit"), required=False, rows=2, hint=_("The resident can read it."))

    def prepare(self, context: MoveContext) -> None:
        self.fields["unit"].queryset = worklists.units()  # pyright: ignore[reportAttributeAccessIssue]
        helpers = context.advice.co_units if context.advice and not context.advice.wrong else ()
        if not helpers:
            del self.fields["co_units"]
            return
        ids = [unit.pk for unit in helpers]
        field = self.fields["co_units"]
        field.queryset, field.initial = Organisation.objects.filter(pk__in=ids), ids  # pyright: ignore[reportAttributeAccessIssue]


class NoteOnlyForm(MoveForm):
    """A move that takes reasons only."""

    note = note_field(_("reasons"), rows=3)


class TakeOnForm(MoveForm):
    """The unit takes the order on."""

    submit = _("Take it on")


class PauseForm(MoveForm):
    """A lawful wait."""

    submit = _("Stop the clock")
    intro = _(
        "Only for a lawful reason. The resident sees the reason, and the clock stands until work goes on."
    )
    ground = radios(_("ground"), rules.PAUSE_GROUNDS)
    note = note_field(_("what is waited for, and until when"), rows=3)


class ResumeForm(MoveForm):
    """Work goes on."""

    submit = _("Go on")
    note = note_field(_("note"), required=False, rows=2)


class SendBackForm(NoteOnlyForm):
    """The answer is not enough."""

    submit = _("Handle again")
    note = note_field(_("what is missing"), rows=3)


class SettleForm(MoveForm):
    """办结: the answer is accepted."""

    submit = _("Accept the answer: settled")
    intro = _("Then the person is called back within three working days.")
    note = note_field(_("note"), required=False, rows=2)


class ExtendForm(MoveForm):
    """More working days, with the dispatcher's approval."""

    submit = _("Extend the time")
    intro = _("The resident sees the new date and the reason.")
    days = forms.IntegerField(label=_("more working days"), min_value=1, max_value=30)
    note = note_field(_("reason"), rows=2)


class CallBackForm(MoveForm):
    """One call to the appellant."""

    submit = _("Record the call")
    reached = radios(_("was the person reached?"), (("yes", _("reached")), ("no", _("nobody answered"))))
    solved = forms.ChoiceField(
        label=_("is it solved, says the person?"),
        choices=rules.SOLVED_ANSWERS,
        widget=forms.RadioSelect,
        required=False,
    )
    grade = forms.TypedChoiceField(
        choices=[("", ""), *rules.GRADES],
        coerce=int,
        empty_value=None,
        required=False,
        label=_("how was it handled?"),
    )
    note = note_field(_("in the person's words"), required=False, rows=2)

    def clean(self) -> dict[str, Any]:
        """Reached needs an answer; “not solved” needs words for whoever handles it again."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reached") == "yes" and not cleaned.get("solved"):
            self.add_error("solved", _("Ask whether it is solved, and choose what the person says."))
        if cleaned.get("solved") == "no" and cleaned.get("reached") == "yes" and not cleaned.get("note"):
            self.add_error("note", _("Write what is still wrong: whoever handles it again reads this."))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["reached"] = given["reached"] == "yes"
        return given


class RemarkForm(NoteOnlyForm):
    """A note that moves nothing."""

    submit = _("Add the note")
    intro = _("The resident can read it in the step list.")
    note = note_field(_("note"), rows=3)

    def arguments(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"]}
