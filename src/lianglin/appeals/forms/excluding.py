"""Forms about what does not count in a rate: asking, ruling, asking for a review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.forms.desk import note_field, radios
from lianglin.appeals.models import Exclusion


class AskForm(forms.Form):
    """Which rate, on which ground, why."""

    figure = radios(_("rate"), Exclusion.Figure.choices)
    ground = radios(_("ground"), Exclusion.Ground.choices)
    reason = note_field(_("why it should not count"))


class RuleForm(forms.Form):
    """The ruling and its reasons."""

    grant = radios(_("ruling"), (("yes", _("granted: does not count")), ("no", _("refused: counts"))))
    ruling = note_field(_("reasons, which the unit reads"))


class ReviewForm(forms.Form):
    """Why the unit disagrees."""

    objection = note_field(_("why the unit disagrees"))
