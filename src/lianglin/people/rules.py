"""Pure rules about people: masking."""

from __future__ import annotations

from lianglin.kit.ids import mask_id_number

COMPOUND_SURNAMES = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "司徒",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "长孙",
    "慕容",
    "令狐",
)


def mask_name(name: str) -> str:
    """王*, 王*丽 → the surname stays, the rest is starred: 王**; 欧阳娜 → 欧阳*; names with · keep the first syllable."""
    keep = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return name[:keep] + "*" * max(min(len(name) - keep, 2), 1) if name else ""


def mask_phone(phone: str) -> str:
    """154****1234; shorter numbers show their last two digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}" if phone else ""


def mask(value: str | None, kind: str) -> str:
    """A value as it is shown before a purpose is chosen; ``kind`` is Personal.mask."""
    text = value or ""
    match kind:
        case "none":
            return text
        case "name":
            return mask_name(text)
        case "phone":
            return mask_phone(text)
        case "id_number":
            return mask_id_number(text) if len(text) == 18 else "*" * len(text)
        case "date":
            return text[:4] + "-**-**" if text else ""
        case _:
            return "••••" if text else ""
