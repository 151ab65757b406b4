"""Files of places looked through: rows and shapes taken out, and everything that is wrong with them named.

Pure: what the register knows is handed in as :class:`Known`. A finding names a kind of trouble by code; pages and
commands put it into words. "error" findings keep a file from being taken over, "warning" rows are left out, "note"
is only said.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import shapely

from lianglin.places.rules import datum as systems
from lianglin.places.rules import geometry
from lianglin.places.rules.datum import Datum

Level = Literal["error", "warning", "note"]
LARGEST = 200_000
"""Rows or features of one file."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found: ``where`` names the row or place, ``values`` fill the words."""

    level: Level
    code: str
    where: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For the stored report."""
        return {"level": self.level, "code": self.code, "where": self.where, "values": dict(self.values)}


@dataclass
class Known:
    """What the register holds: names by code, shapes, points by key, codes that were given before."""

    divisions: Mapping[str, str] = field(default_factory=dict)
    """12-digit code -> name."""
    communities: Mapping[str, str] = field(default_factory=dict)
    """Codes in force -> name."""
    retired: frozenset[str] = frozenset()
    shapes: Mapping[str, Any] = field(default_factory=dict)
    """Community code -> shapely polygon."""
    points: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Key of a building, compound or control point -> (lon, lat) in WGS-84."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Key of a building -> code of its community."""
    grids: frozenset[str] = frozenset()


@dataclass
class Checked:
    """The rows that would be taken over, and what was found."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    datum: systems.Finding | None = None

    def say(self, level: Level, code: str, where: Any = "", **values: Any) -> None:
        """Adds a finding."""
        self.findings.append(Finding(level, code, str(where)[:80], values))

    @property
    def sound(self) -> bool:
        """Whether it may be taken over."""
        return bool(self.rows) and not any(f.level == "error" for f in self.findings)


class Unreadable(ValueError):
    """The file is not what it should be; the text is a finding's code."""


def table(content: bytes, needed: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV in UTF-8 or GB 18030 with these columns; :class:`Unreadable`."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable("not_text")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = [
            {k: (v or "").strip() for k, v in row.items() if k}
            for row, _n in zip(reader, range(LARGEST), strict=False)
        ]
    except csv.Error as error:
        raise Unreadable("not_table") from error
    missing = [name for name in needed if name not in (reader.fieldnames or [])]
    if missing:
        raise Unreadable("missing_column:" + ",".join(missing))
    return rows


def features(content: bytes) -> tuple[list[tuple[dict[str, Any], Any]], str]:
    """(properties, geometry) of a GeoJSON's features and the name of a CRS that is not WGS 84 ("" when it is)."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
        found = data["features"] if data["type"] == "FeatureCollection" else [data]
        pairs = [(dict(f.get("properties") or {}), f.get("geometry")) for f in found[:LARGEST]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable("not_geojson") from error
    named = data.get("crs") or {}
    name = str((named.get("properties") or {}).get("name", "")) if isinstance(named, dict) else str(named)
    fine = not name or any(part in name.upper() for part in ("CRS84", "4326", "4490"))
    return pairs, "" if fine else name[:60]


# --- divisions ---------------------------------------------------------------------------------------------

WIDTHS = (("city", 4), ("county", 6), ("township", 9), ("community", 12))


def level_of(code: str) -> str:
    """The level a 12-digit NBS code stands for, by its trailing zeros; "" for what is no such code (dossier 4.1)."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()) or code[:2] == "00":
        return ""
    for level, width in WIDTHS:
        if set(code[width:]) <= {"0"}:
            return level if code[width - 2 :].strip("0") or level == "city" else ""
    return ""


def divisions(content: bytes, known: Known) -> Checked:
    """A division table: columns ``code12`` and ``name``; levels and parents follow from the codes."""
    checked, seen, names = Checked(), Counter[str](), defaultdict[str, list[str]](list)
    rows = table(content, ("code12", "name"))
    codes = {row["code12"] for row in rows}
    for number, row in enumerate(rows, 2):
        code, name = row["code12"], row["name"]
        level = level_of(code)
        seen[code] += 1
        if not level:
            checked.say("error", "bad_code", code or number)
        elif seen[code] > 1:
            checked.say("error", "double_code", code)
        elif not name:
            checked.say("error", "no_name", code)
        elif level == "community":
            continue
        else:
            parent = "" if level == "city" else code[: {"county": 4, "township": 6}[level]].ljust(12, "0")
            if parent and parent not in codes and parent not in known.divisions:
                checked.say("error", "no_parent", code, parent=parent)
            if row.get("level") and row["level"] not in (level, "province"):
                checked.say("warning", "other_level", code, said=row["level"], is_=level)
            if code in known.divisions and known.divisions[code] != name:
                checked.say("note", "renamed", code, old=known.divisions[code], new=name)
            names[parent + name].append(code)
            checked.rows.append({"code": code, "name": name, "level": level, "parent": parent})
    for found in names.values():
        if len(found) > 1:
            checked.say("warning", "double_name", found[0], codes=", ".join(found))
    cities = {code[:4] for code in codes}
    for code in sorted(known.divisions.keys() - codes):
        if code[:4] in cities:
            checked.say("note", "retired", code, name=known.divisions[code])
    return checked


# --- shapes ------------------------------------------------------------------------------------------------


def shapes(content: bytes, known: Known, *, kind: str, datum: Datum = "wgs84") -> Checked:
    """Outlines of "communities" (property ``code``), "grids" (``code``) or "compounds" (``key``), each with ``name``."""
    checked = Checked()
    pairs, crs = features(content)
    if crs:
        checked.say("error", "wrong_crs", crs)
    keys: Counter[str] = Counter()
    areas: dict[str, Any] = {}
    raw: dict[str, Any] = {}
    for number, (properties, drawn) in enumerate(pairs, 1):
        key = str(properties.get("key" if kind == "compounds" else "code") or "").strip()
        name = str(properties.get("name") or "").strip()
        where = key or name or number
        try:
            shape, mended = geometry.read(drawn)
        except geometry.BadShape as error:
            checked.say("error", "bad_shape", where, why=str(error))
            continue
        raw[key] = shape
        shape = geometry.converted(shape, datum)
        keys[key] += 1
        if keys[key] > 1:
            checked.say("error", "double_code", where)
            continue
        if not _fits(checked, key, name, kind, known):
            continue
        if mended:
            checked.say("note", "mended", where)
        if geometry.is_sliver(shape):
            checked.say("warning", "sliver", where)
        areas[key] = shape
        row = {
            "key": key,
            "name": name,
            "name_en": str(properties.get("name_en") or "")[:120],
            "geometry": geometry.as_geojson(shape),
        }
        row["households"] = _count(properties.get("households"))
        checked.rows.append(row)
    _together(checked, areas, kind, known)
    measured = {k: s.representative_point() for k, s in raw.items()}
    known_points = {**_middles(known.shapes), **known.points} if kind != "grids" else {}
    checked.datum = measure({k: (p.x, p.y) for k, p in measured.items()}, known_points)
    _say_datum(checked, datum)
    return checked


def _fits(checked: Checked, key: str, name: str, kind: str, known: Known) -> bool:
    """Whether a feature's code may be taken over."""
    if kind == "compounds":
        if not key:
            checked.say("error", "no_key", name)
        return bool(key)
    if kind == "grids":
        if len(key) != 15 or not key.isdigit():
            checked.say("error", "bad_code", key or name)
        elif key[:12] not in known.communities:
            checked.say("error", "no_community", key, community=key[:12])
        elif key in known.grids:
            checked.say("warning", "grid_exists", key)
        else:
            return True
        return False
    if level_of(key) != "community":
        checked.say("error", "bad_code", key or name)
    elif key[:9].ljust(12, "0") not in known.divisions:
        checked.say("error", "no_parent", key, parent=key[:9].ljust(12, "0"))
    elif key in known.retired:
        checked.say("error", "code_retired", key)
    elif key in known.shapes:
        checked.say("warning", "boundary_exists", key)
    elif not name and key not in known.communities:
        checked.say("error", "no_name", key)
    else:
        return True
    return False


def _together(checked: Checked, areas: Mapping[str, Any], kind: str, known: Known) -> None:
    """What shapes do to each other and to what is there: overlaps, gaps, doubled names, ground outside."""
    tolerance = geometry.TOLERANCE
    others = {k: s for k, s in known.shapes.items() if k not in areas} if kind == "communities" else {}
    if kind != "compounds":
        for found in geometry.overlaps({**others, **areas}):
            if found.one in areas or found.other in areas:
                checked.say(
                    "error", "overlap", found.one, other=found.other, square_metres=found.square_metres
                )
    if kind == "communities" and len(areas) > 1:
        whole = shapely.union_all([*areas.values()])
        filled = shapely.union_all(
            [
                shapely.Polygon(part.exterior)
                for part in shapely.get_parts(whole)
                if part.geom_type == "Polygon"
            ]
        )
        for gap in geometry.gaps(filled, [*areas.values(), *others.values()]):
            point = gap.representative_point()
            checked.say(
                "warning",
                "gap",
                f"{point.x:.5f}, {point.y:.5f}",
                square_metres=round(geometry.square_metres(gap)),
            )
    if kind == "grids":
        for key, shape in areas.items():
            home = known.shapes.get(key[:12])
            outside = (
                geometry.square_metres(geometry.polygons_of(shapely.difference(shape, home)))
                if home is not None
                else 0
            )
            if outside > max(tolerance, 0.01 * geometry.square_metres(shape)):
                checked.say("error", "grid_outside", key, square_metres=round(outside))
    names = Counter(row["name"] for row in checked.rows if row["name"])
    for name, count in sorted(names.items()):
        if count > 1:
            checked.say("warning", "double_name", name, codes=str(count))


def _middles(known: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    found = {}
    for key, shape in known.items():
        if not shape.is_empty:
            point = shape.representative_point()
            found[key] = (point.x, point.y)
    return found


# --- buildings ---------------------------------------------------------------------------------------------

BUILDING = ("key", "address", "number", "lon", "lat", "floors", "units", "doors_per_floor")
MOST = {"floors": 100, "units": 30, "doors_per_floor": 20, "number": 9999}


def buildings(content: bytes, known: Known, *, datum: Datum = "wgs84") -> Checked:
    """Buildings with their doors: one row each; ``community`` may be left out, then the point decides."""
    checked, seen = Checked(), Counter[str]()
    came: dict[str, tuple[float, float]] = {}
    codes = list(known.shapes)
    tree = shapely.STRtree([known.shapes[code] for code in codes])
    for number, row in enumerate(table(content, BUILDING), 2):
        key = row["key"][:40]
        seen[key] += 1
        counts = {name: _count(row[name], most) for name, most in MOST.items()}
        point = point_of(row["lon"], row["lat"])
        if not key:
            checked.say("error", "no_key", number)
        elif seen[key] > 1:
            checked.say("error", "double_code", key)
        elif point is None:
            checked.say("error", "bad_point", key)
        elif not all(counts.values()):
            checked.say("error", "bad_count", key)
        else:
            came[key] = point
            lon, lat = (float(v) for v in systems.to_wgs84(*point, datum))
            hits = tree.query(shapely.Point(lon, lat), predicate="intersects")
            there = codes[min(hits)] if len(hits) else ""
            said = row.get("community", "")
            code = said or there
            if said and said not in known.communities:
                checked.say("error", "no_community", key, community=said)
            elif not code:
                checked.say("error", "nowhere", key)
            elif known.owners.get(key, code) != code:
                checked.say("warning", "moves", key, old=known.owners[key], new=code)
            else:
                if said in known.shapes and there != said:
                    checked.say("warning", "outside", key, community=said, there=there or "–")
                checked.rows.append(
                    {
                        "key": key,
                        "community": code,
                        "address": row["address"][:120],
                        "lon": round(lon, 6),
                        "lat": round(lat, 6),
                        **counts,
                    }
                )
    checked.datum = measure(came, known.points)
    _say_datum(checked, datum)
    return checked


def point_of(lon: str, lat: str) -> tuple[float, float] | None:
    """Two texts as degrees; None for what is none."""
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return None
    return (x, y) if -180 <= x <= 180 and -90 <= y <= 90 else None


def _count(value: Any, most: int = 1_000_000) -> int:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 and int(text) <= most else 0


# --- the coordinate system ---------------------------------------------------------------------------------


def measure(
    came: Mapping[str, tuple[float, float]], known: Mapping[str, tuple[float, float]]
) -> systems.Finding:
    """The system of a file's points, by those whose place is known."""
    both = sorted(came.keys() & known.keys())
    return systems.recognise([came[key] for key in both], [known[key] for key in both])


def _say_datum(checked: Checked, chosen: Datum) -> None:
    found = checked.datum
    if found is None or not found.pairs:
        checked.say("note", "datum_unknown")
    elif found.datum is None:
        checked.say("warning", "datum_unsure", values=str(found.distances), pairs=found.pairs)
    else:
        wrong = found.datum != chosen
        checked.say(
            "error" if wrong else "note", "datum_wrong" if wrong else "datum_fits", found.datum, pairs=found.pairs,
            east=found.east, north=found.north, metres=found.distances[found.datum], chosen=chosen,
        )  # fmt: skip
