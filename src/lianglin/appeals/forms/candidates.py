"""Forms of a candidate for a problem class."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.forms.problems import NO_PERSON, AreaChoice, line, unit, words


class ConfirmForm(AreaChoice):
    """A class is made of it."""

    title = line(_("title"), hint=NO_PERSON)
    owner = unit(
        _("unit that owns it"), hint=_("It answers for the lasting fix, not for the single appeals.")
    )
    reason = words(_("why these belong together"), required=False)


class RefuseForm(forms.Form):
    """It is none."""

    reason = line(_("why it is none"), longest=200, hint=NO_PERSON)
