"""What orders of other hotlines ask: which are known, what their words mean here, what has to go back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import (
    HotlineImport,
    HotlineOrder,
    HotlinePart,
    HotlineReturn,
    HotlineSource,
    Item,
)
from lianglin.appeals.queries import catalogue, worklists
from lianglin.appeals.rules import CHANNELS
from lianglin.appeals.rules.hotline import Finding, Order
from lianglin.cases.actions import Place
from lianglin.cases.models import Case
from lianglin.kit.rows import any_of
from lianglin.places.queries import cover
from lianglin.places.search import resolve

COMMUNITY_CODE = 12


def sources(actor: Actor) -> QuerySet[HotlineSource]:
    """The hotlines that concern a post: of its own area, of those that hold it, of those within. Page by ("name", "id")."""
    over = [actor.low[:width] for width in (12, 9, 6, 4) if len(actor.low) >= width]
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    return HotlineSource.objects.filter(Q(scope_code__in=[*over, ""]) | within)


def imports(source: HotlineSource, actor: Actor) -> QuerySet[HotlineImport]:
    """The files of one hotline in the actor's area. Page them by ("-id")."""
    return HotlineImport.objects.visible_to(actor, purpose=actor.work_purpose).filter(source=source)


def file(pk: int, actor: Actor) -> HotlineImport | None:
    """One file, if the actor's area holds it."""
    seen = HotlineImport.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("source").filter(pk=pk).first()


def parts(record_id: int, actor: Actor) -> QuerySet[HotlinePart]:
    """The parts of one file in its order."""
    rows = HotlinePart.objects.visible_to(actor, purpose=actor.work_purpose)
    return rows.filter(record_id=record_id).order_by("first_row")


def findings(record_id: int, actor: Actor) -> Iterator[Finding]:
    """Everything that was found in a file, in its order."""
    for found in parts(record_id, actor).values_list("findings", flat=True).iterator(chunk_size=50):
        yield from (Finding(*one) for one in found)


def known_orders(source: HotlineSource, numbers: Sequence[str], actor: Actor) -> dict[str, HotlineOrder]:
    """Number -> the order that was taken in before."""
    if not numbers:
        return {}
    seen = HotlineOrder.objects.visible_to(actor, purpose=actor.work_purpose).select_related("case")
    return {one.number: one for one in seen.filter(any_of("number", set(numbers)), source=source)}


class Words:
    """The words of a hotline in codes of ours: as entered with the hotline, else by name."""

    def __init__(self, source: HotlineSource, actor: Actor) -> None:
        self.actor, self.values = actor, source.values
        self._places: dict[tuple[str, str], Place | None] = {}

    def _code(self, kind: str, word: str) -> str:
        return self.values.get(kind, {}).get(word, "")

    def item(self, word: str) -> Item | None:
        """The item in force; by its code, its name, or the hotline's word."""
        if not word:
            return None
        known = catalogue.choices().by_code
        found = known.get(self._code("item", word)) or known.get(word)
        return found or next((item for item in known.values() if word in (item.name, item.name_en)), None)

    def channel(self, word: str) -> str:
        """The channel at the hotline, "" when it says none or an unknown one."""
        known = {code: code for code, _label in CHANNELS} | {str(label): code for code, label in CHANNELS}
        return known.get(self._code("channel", word) or word, "")

    def place(self, order: Order) -> Place | None:
        """Where an order lies: its community, narrowed by the address; None when that is not clear or not ours."""
        key = (order.place, order.address)
        if key not in self._places:
            self._places[key] = self._look_up(*key)
        return self._places[key]

    def _look_up(self, word: str, address: str) -> Place | None:
        spot = None
        if address:
            found = [one for one in worklists.places_named(self.actor, address) if one.kind != "community"]
            exact = [one for one in found if one.label == address] or found
            spot = resolve(exact[0].key) if len(exact) == 1 else None
        code = self._code("place", word) or word
        community = cover().by_code.get(code) or self._named(code)
        if spot is not None and (community is None or spot.community.pk == community.pk):
            narrow = spot.building or spot.compound
            return Place(
                community=spot.community, building=spot.building, compound=spot.compound, text=address,
                lon=narrow.lon if narrow else None, lat=narrow.lat if narrow else None,
            )  # fmt: skip
        if community is None and not word and len(self.actor.low) == COMMUNITY_CODE:
            community = cover().by_code.get(self.actor.low)
        if community is None or not self.actor.covers(community.scope_code):
            return None
        return Place(community=community, text=address)

    def _named(self, name: str):
        if not name:
            return None
        plain = name.removesuffix("社区")
        fits = [
            one
            for one in cover().communities
            if plain in (one.name, one.name.removesuffix("社区")) and self.actor.covers(one.scope_code)
        ]
        return fits[0] if len(fits) == 1 else None


# --- on the way back ---------------------------------------------------------------------------------------


def returns(source: HotlineSource, actor: Actor) -> QuerySet[HotlineReturn]:
    """What goes back to one hotline from the actor's area. Page it by ("-id") within a state."""
    seen = HotlineReturn.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("order", "case").filter(source=source)


def order_of(case: Case, actor: Actor) -> HotlineOrder | None:
    """The hotline's order that an appeal came from; None for any other, and for whoever does not see it."""
    if actor.role != "staff" or case.appeal.channel != "hotline":
        return None
    seen = HotlineOrder.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("source").filter(case_id=case.pk).first()


def last_return(case: Case, actor: Actor) -> HotlineReturn | None:
    """How far the newest answer is on its way back."""
    seen = HotlineReturn.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(case_id=case.pk).order_by("-id").first()
