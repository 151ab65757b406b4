"""How many parts a text message has, as gateways count and bill them (3GPP TS 23.038 and 23.040). Pure."""

from __future__ import annotations

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
GSM_ONE, GSM_MORE = 160, 153
UCS_ONE, UCS_MORE = 70, 67


def is_gsm(text: str) -> bool:
    """Whether the 7-bit alphabet has every character."""
    return all(one in _BASIC or one in _EXTENDED for one in text)


def units_of(text: str) -> int:
    """Its length in the units of its alphabet: septets, or 16-bit units (a rare character takes two)."""
    if is_gsm(text):
        return sum(2 if one in _EXTENDED else 1 for one in text)
    return sum(2 if ord(one) > 0xFFFF else 1 for one in text)


def segments_of(text: str) -> int:
    """How many parts it is sent in; what takes two units is never cut in two."""
    if not text:
        return 0
    gsm = is_gsm(text)
    one, more = (GSM_ONE, GSM_MORE) if gsm else (UCS_ONE, UCS_MORE)
    if units_of(text) <= one:
        return 1
    parts, room = 1, more
    for letter in text:
        size = 2 if (letter in _EXTENDED if gsm else ord(letter) > 0xFFFF) else 1
        if size > room:
            parts, room = parts + 1, more
        room -= size
    return parts
