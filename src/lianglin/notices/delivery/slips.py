"""The paper itself: one notice to a page of A5, large type, a QR code to the public page. No name, no telephone number."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.utils.translation import gettext, override

from lianglin.kit import site, typesetting
from lianglin.kit.signs import local_dt
from lianglin.notices.delivery.words import kind_of
from lianglin.notices.models import Letter

TEMPLATE = Path(__file__).resolve().parent.parent / "data" / "slip.typ"


def pdf(letters: Sequence[Letter]) -> bytes:
    """The notices as one PDF, each on a page of its own, each in its reader's language."""
    return typesetting.pdf(
        TEMPLATE,
        {
            "title": gettext("Printed notices"),
            "site": settings.CITY_NAME,
            "slips": [_slip(letter) for letter in letters],
        },
    )


def _slip(letter: Letter) -> dict[str, Any]:
    address = public_address(letter.link)
    with override(letter.language):
        return {
            "lang": "en" if letter.language == "en" else "zh",
            "site": settings.CITY_NAME_EN if letter.language == "en" else settings.CITY_NAME,
            "foot": gettext("Printed by your community. Call 12345 with questions."),
            "title": kind_of(letter.delivery.code) or letter.title,
            "day": local_dt(letter.made_at, "day"),
            "text": letter.text,
            "sample": gettext("sample data") if letter.sample else "",
            "qr": _code(address) if address else "",
            "address": address,
            "scan": gettext("Scan this code with a phone to see how your matter stands."),
            "help": gettext(
                "No phone? Ask at the desk of your community, or call 12345. You need your receipt."
            ),
        }


def public_address(link: str) -> str:
    """Where the code leads: the page of the message on this city's site; "" without a site's address."""
    here = site.address()
    if not here:
        return ""
    path = link if link.startswith("/") and not link.startswith("//") else "/"
    return f"{here}{urlsplit(path).path}?elder=1"


def _code(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, xmldecl=False, scale=4)
    return out.getvalue().decode()
