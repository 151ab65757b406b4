"""The form of an imported figure: the number, its month and day, who gave it, the file."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.actions.city_figures import Told, digest_of
from lianglin.benefits.models import CityFigure
from lianglin.kit.controls import DayInput

LARGEST = 5_000_000
_DAY = {"required": _("Choose a day."), "invalid": _("Choose a day.")}


class CityFigureForm(forms.Form):
    """One number of one month. The file is read for its digest and not kept."""

    figure = forms.ChoiceField(label=_("figure"), choices=CityFigure.Figure.choices)
    month = forms.DateField(
        label=_("month"), widget=DayInput(), help_text=_("Any day of it."), error_messages=_DAY
    )
    value = forms.IntegerField(
        label=_("number"), min_value=0, error_messages={"required": _("Write the number."), "invalid": _("Write digits only.")},
    )  # fmt: skip
    as_of = forms.DateField(label=_("as of the day"), widget=DayInput(), error_messages=_DAY)
    source = forms.CharField(
        label=_("who gave it, and by which document"), max_length=200,
        error_messages={"required": _("Write who gave the number, and by which document.")},
    )  # fmt: skip
    file = forms.FileField(
        label=_("the file it was read from"), error_messages={"required": _("Choose the file.")},
        help_text=_("Only its digest is kept, so that the second person can compare. It must name nobody."),
    )  # fmt: skip

    def clean_file(self) -> object:
        """Bounded before it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 5 MB. Bring the page with the number alone."))
        return file

    def told(self) -> Told:
        """As the action takes it."""
        given = self.cleaned_data
        return Told(
            given["figure"], given["month"], given["value"], given["as_of"], given["source"], given["file"].name,
            digest_of(given["file"].file),
        )  # fmt: skip
