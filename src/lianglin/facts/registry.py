"""The registry of data elements: what ships, and how a city's own comes in and goes out (CSV and JSON)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianglin.facts.models import DataElement, PermittedValue, ValueDomain
from lianglin.kit.held import forget, held
from lianglin.kit.spreadsheet import harmless, meant

DATA = Path(__file__).parent / "data"
COLUMNS = (
    *("code", "object_class", "property", "name", "name_en", "definition", "definition_en", "kind", "unit"),
    *("domain", "steward", "standard", "freshness_days", "pi_class", "derived_from", "basis", "keep"),
)
MOST_ROWS = 5000
_CODE = re.compile(r"(person|household|dwelling)\.[a-z][a-z0-9_]{1,48}")
_RANGE = re.compile(r"-?\d+\.\.-?\d+")
NEVER = (
    "religion",
    "faith",
    "politic",
    "party_member",
    "ethnic",
    "nationality",
    "photo",
    "face",
    "petition",
    "score_of",
)
"""Properties that may not be collected at all (dossier 5.3)."""


@dataclass(frozen=True)
class RowError:
    """What is wrong with one row: its number as in the file, the column, and a sentence that says what to do."""

    row: int
    column: str
    message: str


@dataclass
class Reading:
    """A file as read: rows that are right, errors of the others, and what applying it would do."""

    rows: list[dict[str, str]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    same: int = 0


@held
def elements() -> dict[str, DataElement]:
    """Every element by its code, in the order of codes; from memory."""
    return {element.code: element for element in DataElement.objects.order_by("code")}


@held
def by_id() -> dict[int, DataElement]:
    """Every element by its id; from memory."""
    return {element.pk: element for element in elements().values()}


@held
def permitted() -> dict[str, dict[str, PermittedValue]]:
    """The permitted values of every domain, in order; from memory."""
    found: dict[str, dict[str, PermittedValue]] = {}
    for value in PermittedValue.objects.select_related("domain").order_by("domain__code", "position"):
        found.setdefault(value.domain.code, {})[value.code] = value
    return found


@cache
def shipped() -> tuple[dict[str, str], ...]:
    """The rows of data/elements.csv."""
    with (DATA / "elements.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def load_shipped() -> int:
    """Loads the shipped domains and elements into an empty registry; returns how many elements. As the owner."""
    if DataElement.objects.exists():
        return 0
    with (DATA / "value_domains.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    domains = {
        row["domain"]: ValueDomain(
            code=row["domain"], name=row["name"], name_en=row["name_en"], source=row["source"]
        )
        for row in rows
    }
    ValueDomain.objects.bulk_create(domains.values())
    PermittedValue.objects.bulk_create(
        PermittedValue(
            domain=domains[row["domain"]],
            code=row["code"],
            label=row["label"],
            label_en=row["label_en"],
            position=n,
        )
        for n, row in enumerate(rows)
    )
    made = DataElement.objects.bulk_create(DataElement(**as_columns(row)) for row in shipped())
    forget()
    return len(made)


def as_columns(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of the file as columns of :class:`DataElement`."""
    given: dict[str, Any] = {
        name: row[name] for name in COLUMNS if name not in ("pi_class", "freshness_days", "property")
    }
    given |= {"sensitivity": row["pi_class"], "property_term": row["property"]}
    given["freshness_days"] = int(row["freshness_days"]) if row["freshness_days"] else None
    return given


def as_row(element: DataElement) -> dict[str, str]:
    """An element as a row of the file."""
    row = {name: str(getattr(element, name, "") or "") for name in COLUMNS}
    row |= {"pi_class": element.sensitivity, "property": element.property_term}
    return row


def to_csv(found: Iterable[DataElement]) -> str:
    """The registry as CSV, readable by :func:`read`. A text that a spreadsheet would run is quoted by an apostrophe."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for element in found:
        writer.writerow({name: harmless(value) for name, value in as_row(element).items()})
    return out.getvalue()


def to_json(found: Iterable[DataElement]) -> str:
    """The registry as JSON, a list of objects with the columns of the CSV; readable by :func:`read`."""
    return json.dumps([as_row(element) for element in found], ensure_ascii=False, indent=1)


def read(content: bytes) -> Reading:
    """Reads a CSV (UTF-8 or GB18030) or JSON file of elements and says per row what is wrong. Changes nothing."""
    reading = Reading()
    try:
        found = _rows(content)
    except ValueError as error:
        reading.errors.append(RowError(0, "", str(error)))
        return reading
    known, seen = elements(), set()
    for number, row in enumerate(found, start=2):
        wrong = list(_wrong(row, seen))
        if wrong:
            reading.errors += [RowError(number, column, message) for column, message in wrong]
            continue
        seen.add(row["code"])
        reading.rows.append(row)
        before = known.get(row["code"])
        if before is None:
            reading.new += 1
        elif as_row(before) == row:
            reading.same += 1
        else:
            reading.changed += 1
    return reading


def _rows(content: bytes) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise ValueError(
                _("The file is neither UTF-8 nor GB18030 text. Save it as CSV (UTF-8).")
            ) from None
    if "\0" in text:
        raise ValueError(_("The file holds no text. Save it as CSV (UTF-8) or JSON."))
    if text.lstrip()[:1] == "[":
        try:
            loaded = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(_("The JSON cannot be read: %(error)s") % {"error": error}) from error
        if not all(isinstance(row, dict) for row in loaded):
            raise ValueError(_("The JSON must be a list of objects, one per data element."))
        found = [{name: _text(row.get(name)) for name in COLUMNS} for row in loaded]
    else:
        reader = csv.DictReader(io.StringIO(text))
        try:
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise ValueError(
                    _("Columns are missing: %(names)s. Compare with the export.")
                    % {"names": ", ".join(missing)}
                )
            found = [{name: _text(row.get(name)) for name in COLUMNS} for row in reader]
        except csv.Error as error:
            raise ValueError(_("The table cannot be read: %(error)s") % {"error": error}) from error
    if len(found) > MOST_ROWS:
        raise ValueError(_("More than %(most)s rows. Split the file.") % {"most": MOST_ROWS})
    return found


def _text(value: Any) -> str:
    return meant("" if value is None else str(value).strip())


def _wrong(row: dict[str, str], seen: set[str]) -> Iterable[tuple[str, str]]:
    """(column, sentence) of everything that is wrong with one row."""
    choices = {"kind": DataElement.Kind, "pi_class": DataElement.Sensitivity, "basis": DataElement.Basis}
    if not _CODE.fullmatch(row["code"]):
        yield (
            "code",
            _("“%(value)s” is no code: person, household or dwelling, a dot, small letters.")
            % {"value": row["code"][:60]},
        )
    elif row["code"] != f"{row['object_class']}.{row['property']}":
        yield "code", _("The code must be object_class.property.")
    elif row["code"] in seen:
        yield "code", _("The code stands twice in the file. One datum has one definition.")
    if any(word in row["property"] for word in NEVER):
        yield (
            "property",
            _(
                "Data of this kind are never collected here (religion, politics, ethnicity, photos, petitions, scores)."
            ),
        )
    for name, known in choices.items():
        if row[name] not in known.values:
            yield (
                name,
                _("“%(value)s” is not one of: %(known)s.")
                % {"value": row[name][:40], "known": ", ".join(known.values)},
            )
    for name in ("name", "name_en", "definition", "standard"):
        limit: int = DataElement._meta.get_field(name).max_length  # pyright: ignore[reportAssignmentType]
        if not row[name] or len(row[name]) > limit:
            yield name, _("Must be filled in, with at most %(most)s characters.") % {"most": limit}
    if row["freshness_days"] and not (
        row["freshness_days"].isdecimal()
        and len(row["freshness_days"]) < 6
        and 0 < int(row["freshness_days"]) < 40000
    ):
        yield "freshness_days", _("Must be a whole number of days, or empty.")
    if not re.fullmatch(r"P(\d+[YMD])+", row["keep"]):
        yield "keep", _("Must be a duration such as P2Y or P6M.")
    if not row["steward"] and not row["derived_from"]:
        yield "steward", _("A datum that is not derived needs exactly one steward.")
    if row["kind"] == "code" and row["domain"] not in permitted():
        yield "domain", _("No value domain has the code “%(value)s”.") % {"value": row["domain"][:40]}
    if row["kind"] == "number" and row["domain"] and not _RANGE.fullmatch(row["domain"]):
        yield "domain", _("The domain of a number is empty or a range such as 0..4.")
