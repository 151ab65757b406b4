"""Which words a message is sent in: the edited text in force for its area, else the shipped one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import override

from lianglin.kit import clock
from lianglin.kit.domain import Notice
from lianglin.kit.fresh import Fresh
from lianglin.notices import rules
from lianglin.notices.wording import queries
from lianglin.notices.wording.checks import VARIANTS

log = logging.getLogger("lianglin.notices")
_kept = Fresh(seconds=20)
"""The edited texts in force, read once in twenty seconds: sending asks the database nothing more."""


class Edited(NamedTuple):
    """The texts of one version in force, by variant."""

    version_id: int
    texts: Mapping[str, str]


class Spoken(NamedTuple):
    """A filled text and the version it came from; None: the shipped one."""

    text: str
    version_id: int | None


def _read() -> dict[tuple[str, str], Edited]:
    return {
        (code, scope): Edited(pk, {"zh-hans": zh, "elder": elder, "en": en})
        for pk, code, scope, zh, elder, en in queries.words_in_force(clock.today())
    }


def forget() -> None:
    """Lets the next message of this process read the texts anew."""
    _kept.clear()


def edited(code: str, scope_code: str) -> Edited | None:
    """The version in force: of the district, else of the city."""
    found: dict[tuple[str, str], Edited] = _kept.get("texts", _read)
    if not found:
        return None
    return found.get((code, scope_code[:6])) or found.get((code, ""))


def speak(notice: Notice, variant: str, scope_code: str, context: Mapping[str, Any]) -> Spoken:
    """The filled text of one variant. An edited text that does not fit is passed over, loudly; never an error.

    Raises WrongText when the shipped text itself asks for what was not given.
    """
    language = "en" if variant == "en" else "zh-hans"
    own = edited(notice.code, scope_code)
    text = own.texts.get(variant, "") if own else ""
    with override(language):  # lazy values of the context speak the recipient's language
        if own and text:
            try:
                return Spoken(rules.filled(notice.code, variant, text, context), own.version_id)
            except (ValueError, LookupError):
                log.error(
                    "text version %s of %s does not fit: the shipped text is sent",
                    own.version_id,
                    notice.code,
                )
        return Spoken(rules.fill_in(notice, variant, context), None)


def variants_of(notice: Notice) -> list[str]:
    """The variants this notice ships with."""
    return [variant for variant in VARIANTS if notice.texts.get(variant)]
