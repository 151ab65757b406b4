"""The catalogue of fields, classes and items as residents choose from it; held in the process."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from lianglin.appeals.models import Category, Field, Item
from lianglin.kit import clock, pinyin
from lianglin.kit.controls import options_markup
from lianglin.kit.held import held


@dataclass(frozen=True)
class Choices:
    """The newest catalogue: fields in order, the classes of each, the items of each class; shared, never changed."""

    fields: tuple[Field, ...]
    categories: dict[str, tuple[Category, ...]]
    items: dict[str, tuple[Item, ...]]
    by_code: dict[str, Item]
    by_id: dict[int, Item]
    names: tuple[tuple[pinyin.Name, str, Item], ...]


@held
def choices() -> Choices:
    """The catalogue in force; three queries at first use."""
    newest = (
        Field.objects.filter(catalogue__in_force_from__lte=clock.today())
        .order_by("-catalogue__in_force_from", "-catalogue_id", "code")
        .select_related("catalogue")
    )
    first = newest.first()
    fields = tuple(f for f in newest if first and f.catalogue_id == first.catalogue_id)
    categories = Category.objects.filter(field__in=fields).select_related("field").order_by("code")
    items = tuple(
        Item.objects.filter(category__field__in=fields).select_related("category__field").order_by("code")
    )
    found = tuple(categories)
    return Choices(
        fields=fields,
        categories={f.code: tuple(c for c in found if c.field_id == f.pk) for f in fields},
        items={c.code: tuple(i for i in items if i.category_id == c.pk) for c in found},
        by_code={i.code: i for i in items},
        by_id={i.pk: i for i in items},
        names=tuple((pinyin.ready(i.name), f"{i.name_en} {i.category.name_en}".lower(), i) for i in items),
    )


@dataclass(frozen=True)
class Grouped:
    """The items in force by "field · class", each (code, name), in one language; and as options of a select."""

    groups: list[tuple[str, list[tuple[str, str]]]]
    markup: str


def grouped() -> Grouped:
    """The catalogue as a select shows it, in the reader's language; from memory."""
    return _english() if get_language() == "en" else _chinese()


def _grouped() -> Grouped:
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in choices().by_code.values():
        name = f"{item.category.field.label} · {item.category.label}"
        groups.setdefault(name, []).append((item.code, item.label))
    listed = list(groups.items())
    return Grouped(listed, options_markup([("", gettext("not clear yet")), *listed]))


@held
def _chinese() -> Grouped:
    return _grouped()


@held
def _english() -> Grouped:
    return _grouped()


def search(text: str, *, limit: int = 8) -> list[Item]:
    """Items that fit what somebody typed: name, pinyin or initials, English words, else shared pairs of characters."""
    question, words = pinyin.clean(text), text.lower().split()
    if not question:
        return []
    pairs = {question[n : n + 2] for n in range(len(question) - 1)}
    ranked = []
    for name, english, item in choices().names:
        rank = pinyin.rank(question, name)
        if rank is None and all(word in english for word in words):
            rank = 5
        if rank is None and (shared := sum(pair in name.text for pair in pairs)):
            rank = 20 - min(shared, 10)
        if rank is not None:
            ranked.append((rank, item.code, item))
    return [item for _rank, _code, item in sorted(ranked, key=lambda r: r[:2])[:limit]]


def item_of(code: str) -> Item | None:
    """The item in force with this code; from memory."""
    return choices().by_code.get(code)


def ids_of(codes: Collection[str]) -> list[int]:
    """The ids of all items, of every version of the catalogue, with one of these codes."""
    return [pk for code, pk in _every_item() if code in codes]


@held
def _every_item() -> list[tuple[str, int]]:
    return list(Item.objects.order_by("pk").values_list("code", "pk"))


def name_of(code: str) -> str:
    """The name of an item, a class or a field of the catalogue in force, in the reader's language; else the code."""
    known = choices()
    if code in known.by_code:
        return known.by_code[code].label
    categories = (one for group in known.categories.values() for one in group)
    return next((one.label for one in (*known.fields, *categories) if one.code == code), code)


def known_codes() -> list[str]:
    """Codes of all fields, classes and items of the catalogue in force."""
    known = choices()
    return [*(f.code for f in known.fields), *known.items, *known.by_code]
