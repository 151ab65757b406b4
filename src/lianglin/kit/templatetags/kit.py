"""Template vocabulary of Lianglin: icons, status tags, dates, deadlines, masking, components with arguments.

Filters and tags that stand in table rows (`status`, `icon`, `local_dt`, `deadline`, `masked`) build their
HTML in Python and touch no template, so that a list of fifty rows stays cheap. Components with a body are
plain includes under `templates/kit/components/`; `templates/kit/README.md` lists them all with a usage line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy

from lianglin.kit import fields, way
from lianglin.kit.ids import mask_id_number
from lianglin.kit.island_words import draw_words, map_words
from lianglin.kit.markup import escaped, fill
from lianglin.kit.signs import deadline, icon, local_dt, status, when

register = template.Library()


MESSAGE_TONES = {"debug": "info", "info": "info", "success": "good", "warning": "warn", "error": "bad"}


for _tag in (icon, status, when):
    register.simple_tag(_tag)
for _filter in (local_dt, deadline):
    register.filter(_filter)


# -- masking ---------------------------------------------------------------------------------------


@register.filter
def masked(value: object, kind: str = "text") -> SafeString:
    """Hides the middle of a personal value. Empty values stay empty.

    Kinds: name 张** · phone 138****5678 · id_number 230199********1234 · address (kept up to the building) ·
    text (first character only) · never (nothing is shown).

    For values on a page, such as a contact number; a resident's record masks itself (people.rules.mask), and
    what may be read at all is decided by `visible_to(actor, purpose)`.
    """
    text = "" if value is None else str(value).strip()
    if not text:
        return SafeString("")
    if kind == "never":
        hidden = "****"
    elif kind == "phone":
        hidden = f"{text[:3]}****{text[-4:]}" if len(text) >= 11 else f"****{text[-2:]}"
    elif kind == "id_number":
        hidden = mask_id_number(text) if len(text) == 18 else "*" * len(text)
    elif kind == "address":
        ends = [text.find(mark) + len(mark) for mark in ("号楼", "栋", "幢", "座") if mark in text]
        hidden = text[: min(ends, default=max(len(text) // 2, 1))] + "***"
    else:
        hidden = text[0] + "*" * max(min(len(text) - 1, 2), 1)
    label = gettext("partly hidden")
    return fill('<span class="masked" title="%s">%s</span>', label, hidden)


# -- page plumbing ---------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def elder_attr(context: template.Context) -> SafeString:
    """`data-elder="24"` for `<html>` in 长辈版: context `elder` is "" or its root font, 18, 24, 30."""
    size = context.get("elder")
    return fill(' data-elder="%s"', size) if size else SafeString("")


@register.filter
def message_tone(level_tag: str) -> str:
    """Django message level -> tone of the alert component."""
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
def first_id(field: Any) -> str:
    """The id an error link jumps to: the first choice of a radio or checkbox group, else the field itself."""
    if field.use_fieldset and hasattr(field.field.widget, "subwidgets"):
        subwidgets = list(field.subwidgets)
        if subwidgets:
            return subwidgets[0].id_for_label or field.auto_id
    return field.id_for_label or field.auto_id


@register.simple_tag
def field_block(field: Any, big: bool | str = False) -> SafeString:
    """`{% field_block form.text %}`: label, hint, errors and control; `big` makes the label the page's question."""
    return fields.block(field, icon("warn"), big=bool(big))


_TOKEN, _NEXT = "{token}", "{next}"


@register.simple_tag(takes_context=True)
def tools(context: template.Context, *, desk: bool = False) -> SafeString:
    """`{% tools %}`: hotline, large type, language and log-out of every page (`kit/components/tools.html`).

    The same for everybody but for the token of its forms and the address they come back to: those are put in last.
    """
    request = context.get("request")
    kept = _tools(
        (get_language(), settings.ROOT_URLCONF, settings.STORAGES["staticfiles"]["BACKEND"]),
        request is not None, context.get("elder") or "", context.get("logout_url") or "", desk,
    )  # fmt: skip
    if request is None:
        return SafeString(kept)
    kept = kept.replace(_TOKEN, str(context.get("csrf_token") or ""))
    return SafeString(kept.replace(_NEXT, escaped(request.get_full_path())))


@lru_cache(maxsize=128)
def _tools(_under: tuple[Any, ...], asked: bool, elder: str, logout_url: str, desk: bool) -> str:
    given = {
        "here": _NEXT if asked else "",
        "csrf_token": _TOKEN,
        "elder": elder,
        "logout_url": logout_url,
        "desk": desk,
    }
    return get_template("kit/components/tools.html").render(given)


@register.simple_tag
def fact_list(facts: Iterable[tuple[Any, Any]]) -> SafeString:
    """What `kit/components/facts.html` shows: (label, value), empty values left out."""
    return way.facts(facts)


@register.simple_tag
def stage_list(stages: Iterable[Mapping[str, Any]]) -> SafeString:
    """What `kit/components/stages.html` shows."""
    return way.stages(stages)


@register.simple_tag
def step_list(steps: Iterable[Mapping[str, Any]]) -> SafeString:
    """What `kit/components/steps.html` shows."""
    found = list(steps)
    drawn = {state: icon(name) for state, name in way.DRAWN.items()}
    return way.steps(
        found, drawn, {n: when(step["at"], "short") for n, step in enumerate(found) if step.get("at")}
    )


# -- components ------------------------------------------------------------------------------------


@register.inclusion_tag("kit/components/stat.html")
def stat(
    label: str,
    value: object,
    *,
    unit: str = "",
    numerator: int | None = None,
    denominator: int | None = None,
    goal: float | None = None,
    url: str = "",
    definition: str = "",
    as_of: dt.datetime | None = None,
    suppressed: bool = False,
) -> dict[str, object]:
    """A figure with its two counts, definition and data time; `url` opens the rows behind it.

    A percentage is drawn as a bar (0-100) with `goal` as a mark. `suppressed` replaces the value where a cell
    has fewer than ten people.
    """
    share = None
    if unit == "%" and not suppressed and isinstance(value, int | float):
        share = max(0.0, min(100.0, float(value)))
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "numerator": numerator,
        "denominator": denominator,
        "share": share,
        "goal": goal,
        "url": url,
        "definition": definition,
        "as_of": as_of,
        "suppressed": suppressed,
    }


@register.inclusion_tag("kit/components/big_button.html")
def big_button(label: str, url: str, icon: str = "right", note: str = "", tone: str = "") -> dict[str, str]:
    """A large way in, for the home pages. Tones: "" white, "lamp" amber, "primary" teal."""
    return {"label": label, "url": url, "icon": icon, "note": note, "tone": tone}


@register.inclusion_tag("kit/components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, object]:
    """Tabs that are links, each a page of its own. Items: {label, url, current, count?}."""
    return {"items": items, "label": label}


@register.inclusion_tag("kit/components/pager.html", takes_context=True)
def pager(context: template.Context, page: Any, here: str = "", param: str = "cursor") -> dict[str, object]:
    """Links to the newer and older page of a `kit.paging.Page`, keeping the other query parameters."""
    request = context.get("request")

    def link(cursor: str) -> str:
        if not cursor:
            return ""
        query = request.GET.copy() if request is not None else QueryDict(mutable=True)
        query[param] = cursor
        return f"?{query.urlencode()}"

    return {"newer": link(page.newer), "older": link(page.older), "here": here}


@register.inclusion_tag("kit/components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "", icon: str = "lamp") -> dict[str, str]:
    """What a list says when it has nothing: why, and the next step."""
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.inclusion_tag("kit/components/alert.html")
def alert(text: str, tone: str = "info", title: str = "", live: bool = False) -> dict[str, object]:
    """A box with an icon. Tones: info, good, warn, bad. `live` is announced to a screen reader on a swap."""
    return {"text": text, "tone": tone, "title": title, "live": live}


register.simple_tag(map_words)
register.simple_tag(draw_words)

GRADES = (
    ("5", gettext_lazy("Very satisfied"), "face5"),
    ("4", gettext_lazy("Satisfied"), "face4"),
    ("3", gettext_lazy("Fairly satisfied"), "face3"),
    ("2", gettext_lazy("Dissatisfied"), "face2"),
    ("1", gettext_lazy("Very dissatisfied"), "face1"),
)
"""The five grades of 好差评 (国办发〔2019〕51号), best first: value, label, icon."""


@register.inclusion_tag("kit/components/grades.html")
def grades(name: str = "grade", value: object = "", legend: str = "", error: str = "") -> dict[str, object]:
    """The five grades of 好差评 as five words to press; values "5" to "1". Nothing is chosen beforehand."""
    chosen = "" if value is None else str(value)
    options = [
        {"value": code, "label": label, "icon": face, "checked": code == chosen}
        for code, label, face in GRADES
    ]
    return {"name": name, "options": options, "legend": legend, "error": error}


@register.simple_tag
def joined(values: Iterable[object], separator: str = " · ") -> SafeString:
    """Joins the non-empty values, escaped: a line of facts under a title."""
    return SafeString(separator.join(escaped(v) for v in values if v))
