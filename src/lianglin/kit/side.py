"""The desk's navigation as markup: the same for everybody with the same duties, so it is built once for each of them."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString

from lianglin.kit.markup import fill

SHOWN = 4
"""Links that a phone shows; the others are one press away."""
Link = tuple[str, str, SafeString, bool | None, int | None, bool | None]
"""Label, address, drawing, whether one is there, a count beside it, whether that is urgent."""


@lru_cache(maxsize=512)
def links(found: tuple[Link, ...], more_icon: SafeString, more: str) -> SafeString:
    """The ``<li>`` of all links; more than five: from the fifth on in a sheet on narrow screens."""
    made = [_link(*one) for one in found]
    if len(made) <= SHOWN + 1:
        return _items(made)
    rest = fill('<li class="nav__more"><details><summary class="side__link">%s%s</summary>', more_icon, more)
    sheet = f'<ul class="nav__sheet">{_items(made[SHOWN:])}</ul></details></li>'
    return SafeString(_items(made[:SHOWN]) + _items(made[SHOWN:], "nav__rest") + rest + sheet)


def _link(
    label: str, url: str, drawing: SafeString, current: bool | None, count: int | None, urgent: bool | None
) -> SafeString:
    here = SafeString(' aria-current="page"') if current else ""
    counted = fill('<span class="count%s">%s</span>', " count--bad" if urgent else "", count) if count else ""
    return fill(
        '<a class="side__link" href="%s"%s>%s<span>%s</span>%s</a>', url, here, drawing, label, counted
    )


def _items(made: list[SafeString], css: str = "") -> SafeString:
    opened = f'<li class="{css}">' if css else "<li>"
    return SafeString("".join(f"{opened}{link}</li>" for link in made))
