"""What the public notice and the register of processing say, made from the manifests and the registers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianglin.access.models import Organisation
from lianglin.access.scoped import guards
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Personal
from lianglin.privacy.models import Processor, Sharing
from lianglin.privacy.queries.assessments import assessed
from lianglin.privacy.queries.requests import officers
from lianglin.privacy.rules import BASES, MASKS, in_words

SEES = {
    "staff": gettext_lazy("the staff in charge of the place"),
    "handler": gettext_lazy("the unit that handles the matter"),
    "helper": gettext_lazy("the paired helper"),
    "resident": gettext_lazy("the person"),
}
"""Who a database role is, in words; tasks and the login itself are no readers."""


@dataclass(frozen=True)
class Use:
    """One use of data: columns of one table that share purpose, basis and keeping time."""

    package: str
    table: str
    data: str
    purpose: str
    basis: str
    keep: str
    seen_by: str
    sensitive: bool
    masked: str


def uses() -> list[Use]:
    """Every use of personal data in the house, package by package."""
    return list(_uses())


def _uses() -> Iterator[Use]:
    for manifest in discovery.manifests():
        groups: dict[tuple[str, str, str, str, str], list[Personal]] = {}
        for found in manifest.personal:
            table = found.column.rpartition(".")[0]
            key = (table, str(found.purpose), found.basis, found.keep, str(found.after))
            groups.setdefault(key, []).append(found)
        for (table, purpose, basis, keep, after), columns in groups.items():
            yield Use(
                package=str(manifest.label),
                table=str(apps.get_model(table)._meta.verbose_name),
                data=_(", ").join(str(c.label) for c in columns if not c.column.endswith("_match")),
                purpose=purpose,
                basis=str(BASES[basis]),
                keep=_("%(time)s after: %(event)s") % {"time": in_words(keep), "event": after},
                seen_by=_(", ").join(_seen_by(table)) or _("nobody; only the task that needs it"),
                sensitive=any(c.sensitive for c in columns),
                masked=_(", ").join(dict.fromkeys(str(MASKS[c.mask]) for c in columns if c.mask != "none")),
            )


def _seen_by(table: str) -> list[str]:
    roles = guards()[table].roles
    return [str(words) for role, words in SEES.items() if "S" in getattr(roles.get(role), "rights", "")]


def label_of(table: str) -> str:
    """A table's name as people call it."""
    return str(apps.get_model(table)._meta.verbose_name)


def processors() -> QuerySet[Processor]:
    """Contracts in force today."""
    today = clock.today()
    return (
        Processor.objects.filter(from_on__lte=today)
        .filter(Q(to_on__isnull=True) | Q(to_on__gte=today))
        .order_by("name")
    )


def receivers() -> list[dict[str, Any]]:
    """Bodies that were given data in the last three years: receiver, purpose, data, basis; each once."""
    since = clock.today().replace(day=1)
    since = since.replace(year=since.year - 3)
    rows = Sharing.objects.filter(shared_on__gte=since).values(
        "receiver", "purpose", "data", "basis", "basis_words"
    )
    return [{**row, "basis": BASES[row["basis"]]} for row in rows.distinct().order_by("receiver", "purpose")]


def officer_units() -> list[Organisation]:
    """The units whose posts protect data: whom to ask."""
    return list(Organisation.objects.filter(pk__in=officers()).order_by("id"))


def version() -> str:
    """The notice's version: what it is made from, shortened. It changes with every declaration."""
    said = "|".join(
        f"{p.column}{p.basis}{p.keep}{p.mask}"
        for p in sorted(discovery.each("personal"), key=lambda p: p.column)
    )
    return hashlib.sha256(said.encode()).hexdigest()[:8]


HEADINGS = (
    gettext_lazy("service"),
    gettext_lazy("table"),
    gettext_lazy("data"),
    gettext_lazy("purpose"),
    gettext_lazy("legal basis"),
    gettext_lazy("keeping time"),
    gettext_lazy("seen by"),
    gettext_lazy("sensitive"),
    gettext_lazy("masked"),
    gettext_lazy("impact assessment"),
)


def register() -> list[list[str]]:
    """The register of processing, heading first, for CSV and XLSX."""
    live, rows = assessed(), [[str(word) for word in HEADINGS]]
    needs = {str(found.label): found for found in discovery.manifests() if found.assess}
    for use in uses():
        found = needs.get(use.package)
        state = "" if found is None else str(_("in force") if found.code in live else _("missing"))
        sensitive = str(_("yes")) if use.sensitive else ""
        rows.append(
            [
                use.package,
                use.table,
                use.data,
                use.purpose,
                use.basis,
                use.keep,
                use.seen_by,
                sensitive,
                use.masked,
                state,
            ]
        )
    return rows
