"""A city that has a registry gets the data elements and codes that benefits ask for; what it has is left as it is."""

import csv
from pathlib import Path
from typing import Any

from django.db import migrations
from django.db.models import Max

DATA = Path(__file__).parents[1] / "data"


def add(apps: Any, schema_editor: Any) -> None:
    """Adds what is missing by code. An empty registry is filled whole when the city is built."""
    element = apps.get_model("facts", "DataElement")
    known = set(element.objects.values_list("code", flat=True))
    if not known:
        return
    _codes(apps)
    with (DATA / "elements.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] not in known]
    element.objects.bulk_create(element(**_columns(row)) for row in rows)


def _codes(apps: Any) -> None:
    domain, value = apps.get_model("facts", "ValueDomain"), apps.get_model("facts", "PermittedValue")
    there = set(value.objects.values_list("domain__code", "code"))
    last = value.objects.aggregate(last=Max("position"))["last"] or 0
    with (DATA / "value_domains.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["domain"], row["code"]) in there:
                continue
            named = {"name": row["name"], "name_en": row["name_en"], "source": row["source"]}
            owner, _made = domain.objects.get_or_create(code=row["domain"], defaults=named)
            last += 1
            value.objects.create(
                domain=owner, code=row["code"], label=row["label"], label_en=row["label_en"], position=last
            )


def _columns(row: dict[str, str]) -> dict[str, Any]:
    same = (
        *("code", "object_class", "name", "name_en", "definition", "definition_en", "kind", "unit", "domain"),
        *("steward", "standard", "derived_from", "basis", "keep"),
    )
    return {
        **{name: row[name] for name in same},
        "property_term": row["property"],
        "sensitivity": row["pi_class"],
        "freshness_days": int(row["freshness_days"]) if row["freshness_days"] else None,
    }


class Migration(migrations.Migration):
    dependencies = [("facts", "0090_consent_index")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
