"""Forms of the register: a decision with its day and document, the new places, a service point with its hours."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from lianglin.gazetteer.actions.planning import Decision
from lianglin.gazetteer.models import PlaceImport
from lianglin.gazetteer.rules import Target
from lianglin.kit import clock
from lianglin.kit.controls import DayInput
from lianglin.places.areas import AreaField, AreaForm
from lianglin.places.models import OpeningException, ServicePoint
from lianglin.places.rules import geometry, hours


def _date(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **more)


def _time(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}), **more)


class DecisionForm(forms.Form):
    """What every change rests on."""

    effective_on = _date(_("in force from"), help_text=_("the day the decision names"))
    document = forms.CharField(
        label=_("document number"), max_length=80, help_text=_("for example 沈和政发〔2026〕3号")
    )

    def decision(self) -> Decision:
        """The day and the document."""
        return Decision(self.cleaned_data["effective_on"], self.cleaned_data["document"])


class WhichForm(AreaForm):
    """The community that is to be drawn."""

    code = AreaField(label=_("community"), community=True)


class MergeForm(DecisionForm, AreaForm):
    """Communities that become one: two to four."""

    first = AreaField(label=_("first community"), community=True)
    second = AreaField(label=_("second community"), community=True)
    third = AreaField(label=_("third community"), community=True, required=False)
    fourth = AreaField(label=_("fourth community"), community=True, required=False)
    name = forms.CharField(label=_("name of the merged community"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    into = forms.CharField(
        label=_("code of the merged community"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("empty: the first community's; else one of the above, or a free code of the same street"),
    )
    field_order: ClassVar[list[str]] = [
        *("first", "second", "third", "fourth", "name", "name_en", "into", "effective_on", "document"),
    ]

    def clean(self) -> dict[str, Any]:
        """Each community once; the first one's code where no other is given."""
        data = super().clean() or {}
        chosen = [data[name] for name in ("first", "second", "third", "fourth") if data.get(name)]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_t("A community stands there twice. Choose each one once."))
        return {**data, "codes": chosen, "into": data.get("into") or data.get("first", "")}


class RenameForm(DecisionForm, AreaForm):
    """A new name."""

    code = AreaField(label=_("community"), community=True)
    name = forms.CharField(label=_("new name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    field_order: ClassVar[list[str]] = ["code", "name", "name_en", "effective_on", "document"]


class RecodeForm(DecisionForm, AreaForm):
    """A new code."""

    code = AreaField(label=_("community"), community=True)
    to = forms.CharField(
        label=_("new code"), max_length=12, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    field_order: ClassVar[list[str]] = ["code", "to", "effective_on", "document"]


class ShapeForm(DecisionForm):
    """A drawn boundary as GeoJSON: pasted, or put here by the map."""

    shape = forms.CharField(
        label=_("boundary as GeoJSON"),
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("drawn on the map above, or pasted from your GIS (WGS 84)"),
    )
    field_order: ClassVar[list[str]] = ["shape", "effective_on", "document"]

    def clean_shape(self) -> list[tuple[dict[str, Any], Any]]:
        """(properties, shapely geometry) of each feature; a line stays a line."""
        return read_features(self.cleaned_data["shape"])


def read_features(text: str) -> list[tuple[dict[str, Any], Any]]:
    """The features of a GeoJSON text; ValidationError says which cannot be used and why."""
    try:
        data = json.loads(text)
        found = data["features"] if data.get("type") == "FeatureCollection" else [data]
        pairs = [(f.get("properties") or {}, f["geometry"]) if "geometry" in f else ({}, f) for f in found]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise forms.ValidationError(
            _t("This is no GeoJSON. Export the boundary as GeoJSON and paste all of it.")
        ) from error
    made = []
    for number, (properties, shape) in enumerate(pairs[:200], 1):
        try:
            made.append((properties, _line_or_area(shape)))
        except geometry.BadShape as error:
            raise forms.ValidationError(
                _t("Shape %(number)s cannot be used: %(why)s.") % {"number": number, "why": error}
            ) from error
    if not made:
        raise forms.ValidationError(_t("There is no shape in it. Draw or paste at least one."))
    return made


def _line_or_area(shape: Any) -> Any:
    if isinstance(shape, dict) and shape.get("type") == "LineString":
        import shapely

        try:
            return shapely.LineString([(float(x), float(y)) for x, y, *_z in shape["coordinates"]])
        except (TypeError, ValueError, KeyError) as error:
            raise geometry.BadShape("the line's coordinates cannot be read") from error
    return geometry.read(shape)[0]


class SplitForm(ShapeForm):
    """A line across, or the parts themselves; with their codes and names."""

    first_code = forms.CharField(
        label=_("code of the first part"), max_length=12, help_text=_("one part may keep the old code")
    )
    first_name = forms.CharField(label=_("name of the first part"), max_length=80)
    second_code = forms.CharField(label=_("code of the second part"), max_length=12)
    second_name = forms.CharField(label=_("name of the second part"), max_length=80)
    field_order: ClassVar[list[str]] = ["shape", "first_code", "first_name", "second_code", "second_name", "effective_on", "document"]  # fmt: skip

    def parts(self, area: Any) -> list[Target]:
        """The parts with their ground; :class:`~lianglin.places.rules.geometry.BadShape` when a line does not cross."""
        data, drawn = self.cleaned_data, self.cleaned_data["shape"]
        line = next((shape for _p, shape in drawn if shape.geom_type == "LineString"), None)
        if line is not None:
            grounds = geometry.divided(area, line)
        elif len(drawn) == 2:
            grounds = [shape for _p, shape in drawn]
        else:
            raise geometry.BadShape("draw one line across the community, or exactly two areas")
        return [
            Target(data["first_code"], data["first_name"], grounds[0]),
            Target(data["second_code"], data["second_name"], grounds[1]),
        ]


class ImportForm(forms.Form):
    """A file of places to be looked through."""

    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[c for c in PlaceImport.Kind.choices if c[0] != "osm"],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label=_("file"), max_length=120)
    datum = forms.ChoiceField(
        label=_("coordinate system"), choices=PlaceImport.Datum.choices, widget=forms.RadioSelect, initial="wgs84",
        help_text=_("leave it as it is at first: the report measures the shift and says which it is"),
    )  # fmt: skip
    valid_from = _date(_("valid from"), initial=clock.today)


class PointForm(AreaForm, forms.ModelForm):
    """A service point."""

    place = AreaField(label=_("community"), community=True)

    class Meta:
        model = ServicePoint
        fields = ("name", "name_en", "kind", "address", "phone", "accessibility", "lon", "lat")
        widgets = {"kind": forms.Select, "accessibility": forms.RadioSelect}

    field_order: ClassVar[list[str]] = [
        "name",
        "name_en",
        "kind",
        "place",
        "address",
        "lon",
        "lat",
        "phone",
        "accessibility",
    ]


class RuleForm(forms.Form):
    """Weekly hours."""

    days = forms.CharField(
        label=_("days of the week"), max_length=7, help_text=_("1 Monday to 7 Sunday, for example 12345"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    opens = _time(_("opens"))
    closes = _time(_("closes"), help_text=_("not later than it opens: on the next day"))
    on_holidays = forms.BooleanField(label=_("also on public holidays"), required=False)
    valid_from = _date(_("valid from"), initial=clock.today)

    def clean_days(self) -> str:
        """The digits, in order."""
        try:
            return "".join(str(n + 1) for n in sorted(hours.parse_days(self.cleaned_data["days"].strip())))
        except ValueError as error:
            raise forms.ValidationError(
                _t("Write the numbers of the days, 1 Monday to 7 Sunday, like 12345.")
            ) from error


class ExceptionForm(forms.Form):
    """One date that differs."""

    day = _date(_("date"))
    opens = _time(_("opens"), required=False, help_text=_("leave both times empty when it stays closed"))
    closes = _time(_("closes"), required=False)
    reason = forms.ChoiceField(label=_("why it differs"), choices=OpeningException.Reason.choices)

    def clean(self) -> dict[str, Any]:
        """Both times or none."""
        data = super().clean() or {}
        if bool(data.get("opens")) != bool(data.get("closes")):
            raise forms.ValidationError(_t("Give both times, or leave both empty when it stays closed."))
        return data
