"""Money is a whole number of 分 (fen)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def yuan_to_fen(text: str | Decimal) -> int:
    """Whole fen from a yuan amount such as "12.50"; ValueError when it has parts of a fen or is no number."""
    try:
        fen = Decimal(str(text).replace(",", "").strip()) * 100
    except InvalidOperation:
        raise ValueError(
            f"“{text}” is not an amount. Write yuan with at most two decimals, like 12.50."
        ) from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError(f"“{text}” has parts of a fen. Write yuan with at most two decimals, like 12.50.")
    return int(fen)


def fen_to_yuan(fen: int) -> str:
    """ "1234.50" from 123450 fen."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"
