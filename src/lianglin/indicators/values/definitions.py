"""How figures were worded: every wording is kept with the day from which it counted, in both languages.

Brought up to the manifests after every migration, which is when a definition can change: the old wording stays, and an
old report's figure opens the definition of its time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, override

from lianglin.indicators.models import DefinitionVersion
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator

WORDS = ("label", "definition", "numerator_label", "denominator_label", "rest_label", "steward")
LANGUAGES = ("zh-hans", "en")


def worded(indicator: Indicator) -> dict[str, dict[str, str]]:
    """The words of a definition by language."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = {name: str(getattr(indicator, name)) for name in WORDS}
    return found


def _digest(indicator: Indicator, texts: Mapping[str, Any]) -> str:
    said = [indicator.definition_version, indicator.unit, indicator.kind, texts]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def keep(indicators: Iterable[Indicator], day: date) -> int:
    """Keeps the wordings that are new on a day, and closes those they replace. Returns how many are new. 1-3 statements."""
    stand = {row.indicator: row for row in DefinitionVersion.objects.filter(valid_until__isnull=True)}
    fresh, closed = [], []
    for indicator in indicators:
        texts = worded(indicator)
        digest = _digest(indicator, texts)
        before = stand.get(indicator.code)
        if before is not None and before.digest == digest:
            continue
        if before is not None:
            closed.append(before.pk)
        fresh.append(
            DefinitionVersion(
                indicator=indicator.code, version=indicator.definition_version, texts=texts, unit=indicator.unit,
                kind=indicator.kind, digest=digest, valid_from=day,
            )
        )  # fmt: skip
    if closed:
        DefinitionVersion.objects.filter(pk__in=closed).update(valid_until=day)
    if fresh:
        DefinitionVersion.objects.bulk_create(fresh)
    return len(fresh)


def install(cursor: Any) -> None:
    """Brings the kept wordings up to the manifests. Idempotent."""
    cursor.execute("select to_regclass('indicators_definitionversion')")
    if cursor.fetchone()[0] is not None:
        keep(discovery.indicators().values(), clock.today())


def versions(code: str) -> list[DefinitionVersion]:
    """Every wording of a figure, the newest first. One statement."""
    return list(DefinitionVersion.objects.filter(indicator=code).order_by("-valid_from", "-id"))


def on_day(code: str, day: date) -> DefinitionVersion | None:
    """The wording that counted on a day; before the first one was kept, the first. At most two statements."""
    rows = DefinitionVersion.objects.filter(indicator=code)
    then = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)
    return then.order_by("-valid_from", "-id").first() or rows.order_by("valid_from", "id").first()


def words(row: DefinitionVersion) -> dict[str, str]:
    """The wording in the reader's language."""
    return row.texts.get(get_language() or LANGUAGES[0]) or row.texts[LANGUAGES[0]]
