"""To which offices a post can send: those of its area and those above it; and who reads there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP, Actor, duties_of, role_kinds
from lianglin.access.models import Organisation, Post

RECEIVE = "indicators.received"
READERS = 20
"""Posts of one office that are told."""
_Kind = Organisation.Kind
OFFICES = (_Kind.STREET, _Kind.DISTRICT, _Kind.CITY, _Kind.BUREAU)


@dataclass(frozen=True)
class Receiver:
    """An office, and the address to which a mail with the link goes ("": none)."""

    organisation_id: int
    address: str = ""

    def kept(self) -> dict[str, object]:
        """As a schedule stores it."""
        return {"organisation": self.organisation_id, "address": self.address}


def offices(by: Actor) -> list[Organisation]:
    """The offices a post can send to: in its area (committees for a street), around it, and the bureaus; the next ones first."""
    kinds = [*OFFICES, *([_Kind.COMMUNITY] if len(by.low) >= 9 else [])]
    around = [by.low[:width] for width in (6, 9) if len(by.low) > width]
    inside = Q(scope_code__gte=by.low, scope_code__lt=by.low + TOP)
    rows = Organisation.objects.filter(inside | Q(scope_code__in=["", *around]), active=True, kind__in=kinds)
    found = rows.order_by("scope_code", "code")
    return sorted(found, key=lambda one: distance(by.low, one.scope_code))


def distance(own: str, other: str) -> int:
    """0: a place above one's own, or right below it; 1: the city with its bureaus; 2: one's own, and what lies deeper."""
    if not other:
        return 1
    below = {0: 6, 6: 9}.get(len(own), 12)
    above = len(other) < len(own)  # what is no part of one's area is around it
    return 0 if above or len(other) == below else 2


def readers(organisation_id: int) -> Iterable[Post]:
    """The posts of an office that may read what it receives."""
    posts = Post.objects.in_force().filter(organisation_id=organisation_id).order_by("pk")
    return [post for post in posts[: READERS * 3] if RECEIVE in duties_of(post.role_code)][:READERS]


def with_readers(ids: Iterable[int]) -> set[int]:
    """Those of these offices in which a post may read what arrives. One statement."""
    roles = [code for code in role_kinds() if RECEIVE in duties_of(code)]
    posts = Post.objects.in_force().filter(organisation_id__in=list(ids), role_code__in=roles)
    return set(posts.values_list("organisation_id", flat=True))


LINE = re.compile(r"^\s*(?P<name>.+?)\s*[,，：:\t]\s*(?P<address>\S+)\s*$")


def addresses(text: str, known: Iterable[Organisation]) -> dict[int, str]:
    """Mail addresses of offices, a line each: “office, address”. ValidationError names the line and what may be meant."""
    names = {one.name: one.pk for one in known} | {one.name_en: one.pk for one in known if one.name_en}
    found: dict[int, str] = {}
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        match = LINE.match(line)
        if match is None:
            raise ValidationError(_("Line %(n)s: write the office, a comma, its address.") % {"n": number})
        name, address = match["name"], match["address"]
        if name not in names:
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            meant = " " + _("Do you mean “%(meant)s”?") % {"meant": near[0]} if near else ""
            raise ValidationError(
                _("Line %(n)s: there is no office “%(name)s” you can send to.") % {"n": number, "name": name}
                + meant
            )
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(
                _("Line %(n)s: “%(address)s” is no mail address.") % {"n": number, "address": address}
            ) from None
        found[names[name]] = address[:120]
    return found
