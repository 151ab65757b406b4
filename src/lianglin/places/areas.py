"""An area in a form of the offices: a community, street or district by its name, its pinyin or its code.

    class HelpForm(AreaForm):
        scope_code = AreaField(label=_("area"))

Works without a script: who types a name and presses "Search" (or the form's own button) gets the places that fit, each
with what it lies in, and presses one; the code is what ``cleaned_data`` holds. A view shows the form again with 200
where ``form.searching``: nothing was sent yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lianglin.places import queries
from lianglin.places.models import Community, Division
from lianglin.places.search import search

LONGEST, MOST = 40, 8
PICK, FIND = "pick", "find"


@dataclass(frozen=True)
class Area:
    """A place that carries a scope: its code, its name, and what it lies in from the district down."""

    code: str
    label: str
    within: str


def area(code: str) -> Area | None:
    """The community, street or district of today with this code (a division's may carry its trailing zeros)."""
    if not code.isdecimal() or not 4 <= len(code) <= 12:
        return None
    found = queries.community(code) or queries.division(code)
    return _area(found) if found else None


def areas(text: str) -> list[Area]:
    """The communities, streets and districts that this name, pinyin or code fits, best first, at most eight."""
    named = area(text.strip())
    if named:
        return [named]
    hits = search(text, limit=MOST, kinds=("community", "division"))
    found = (area(hit.key.partition(":")[2]) for hit in hits)
    return [one for one in found if one] or _in_english(text.strip())


def _in_english(text: str) -> list[Area]:
    """Those whose English name holds these words."""
    if len(text) < 3 or not text.isascii():
        return []
    wider = Division.objects.filter(name_en__icontains=text).select_related("parent__parent")
    named = [c for c in queries.cover().communities if text.lower() in c.name_en.lower()]
    return [_area(one) for one in [*wider.defer("geometry").order_by("code")[:MOST], *named][:MOST]]


def _area(place: Community | Division) -> Area:
    above = queries.division(place.scope_code[:9]) if isinstance(place, Community) else place.parent
    chain = []
    while above is not None and above.level != Division.Level.CITY:
        chain.append(above.label)
        above = above.parent
    return Area(place.scope_code, place.label, " · ".join(reversed(chain)))


class AreaWidget(forms.TextInput):
    """What was typed, a button that searches, and the places that fit; its value is a code or (typed, pressed)."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str]:
        """What was typed, and which of the places was pressed."""
        return str(data.get(name, "")).strip()[:LONGEST], str(data.get(f"{name}_{PICK}", ""))[:12]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The control; an initial code is shown by its name."""
        if isinstance(value, tuple):
            typed, pressed = value
        else:
            known = area(str(value or ""))
            typed, pressed = (known.label, known.code) if known else (str(value or ""), "")
        found = areas(typed) if typed else []
        pressed = (
            pressed if pressed in {one.code for one in found} else found[0].code if len(found) == 1 else ""
        )
        control = super().render(name, typed, {**(attrs or {}), "maxlength": LONGEST}, renderer)
        given = {"name": name, "control": control, "typed": typed, "found": found, "pressed": pressed}
        return render_to_string("places/area.html", {**given, "pick": PICK, "find": FIND})


class AreaField(forms.Field):
    """A community, street or district; ``cleaned_data`` holds its scope code, "" for nothing."""

    widget = AreaWidget(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})

    def __init__(self, *, community: bool = False, **kwargs: Any) -> None:
        """``community``: nothing wider will do."""
        text = _("Name, pinyin, its first letters, or the code. The narrowest area that is enough.")
        if community:
            text = _("Name, pinyin, its first letters, or the code.")
        kwargs.setdefault("help_text", text)
        self.community = community
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """The code of the place that was pressed, or of the only one that a code names."""
        code = self._chosen(value)
        if code and self.community and queries.community(code) is None:
            raise ValidationError(_("This is a wider area. Choose a community."))
        return code

    def _chosen(self, value: Any) -> str:
        typed, pressed = value or ("", "")
        if not typed:
            if self.required:
                raise ValidationError(_("Write the name of the area and choose it from the list."))
            return ""
        named = area(typed)
        if named:
            return named.code
        found = areas(typed)
        if pressed in {one.code for one in found}:
            return pressed
        if found:
            raise ValidationError(_("Choose which of these places you mean, then send the form again."))
        raise ValidationError(
            _(
                "No community, street or district fits. Try fewer characters, the first letters of the pinyin, or its code."
            )
        )


class AreaForm(forms.Form):
    """A form with an area: while somebody searches, nothing is checked and nothing is sent."""

    @property
    def searching(self) -> bool:
        """Whether the button beside the area was pressed."""
        named = (name for name, field in self.fields.items() if isinstance(field, AreaField))
        return any(f"{self.add_prefix(name)}_{FIND}" in self.data for name in named)

    def full_clean(self) -> None:
        """Checks the fields, except while somebody searches."""
        super().full_clean()
        if self.searching:
            self._errors = ErrorDict()

    def is_valid(self) -> bool:
        """Whether the form may be carried out."""
        return not self.searching and super().is_valid()
