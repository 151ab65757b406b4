"""The context of the component gallery, from gallery_zh.yaml and gallery_en.yaml. All of it is invented."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import yaml
from django import forms

from lianglin.kit import side
from lianglin.kit.domain import Place
from lianglin.kit.signs import icon


def sample_form(words: dict[str, Any]) -> forms.Form:
    """A bound form with one error and one of each kind of field."""

    class Sample(forms.Form):
        what = forms.CharField(
            label=words["what"]["label"],
            help_text=words["what"]["hint"],
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": words["what"]["required"]},
        )
        reach = forms.ChoiceField(
            label=words["reach"]["label"], choices=words["reach"]["choices"], widget=forms.RadioSelect
        )
        phone = forms.CharField(label=words["phone"]["label"], required=False)
        street = forms.ChoiceField(label=words["street"]["label"], choices=words["street"]["choices"])
        photo = forms.FileField(label=words["photo"]["label"], required=False)
        agree = forms.BooleanField(label=words["agree"]["label"])

    return Sample({"what": "", "reach": "sms", "street": "1", "agree": "on"})


def menu(links: list[dict[str, str]]) -> side.Menu:
    """The desk's links of the file."""
    return side.Menu(
        tuple(
            side.Link(row["label"], "#main", icon(row["icon"]), cast("Place", row["group"]), row["label"])
            for row in links
        )
    )


def _spans(value: Any) -> Any:
    """Turns every {minutes: n} of the file into a timedelta."""
    if isinstance(value, dict):
        if set(value) == {"minutes"}:
            return dt.timedelta(minutes=value["minutes"])
        return {key: _spans(part) for key, part in value.items()}
    return [_spans(part) for part in value] if isinstance(value, list) else value


def context(language: str, *, elder: str = "") -> dict[str, Any]:
    """Everything kit/gallery.html and kit/gallery_desk.html ask for. `elder` is "" or the root font ("24")."""
    name = "gallery_zh.yaml" if language.startswith("zh") else "gallery_en.yaml"
    found = _spans(yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8")))
    found["desk_nav"] = side.markup(menu(found["desk_nav"]), 0, "page", ((0, 7), (8, 2)))
    found["form"] = sample_form(found["form"])
    found["page"] = SimpleNamespace(newer="", older="abc")
    found["elder"] = elder
    return found
