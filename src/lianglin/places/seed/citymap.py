"""The demo city's map: streets, communities, grids, compounds and buildings with doors, as plain records.

``build`` makes it from the files of a source folder (see ``places/data/README.md``) in some seconds; two runs with
one seed are identical. Streets and roads are real (© OpenStreetMap contributors, ODbL 1.0), communities, grids,
compound names, floors and doors are sample data. ``CityMap.save`` and ``CityMap.load`` keep it between runs.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lianglin.places.seed import assembly, sources
from lianglin.places.seed.sources import Division

SOURCE = Path(__file__).resolve().parent.parent / "data"
"""The source folder that comes with the package."""
NOTICE = "© OpenStreetMap contributors, ODbL 1.0; communities, grids, names and doors are sample data"
CACHE = "citymap.json.gz"
FORMAT = 1

Report = Callable[[str, float], None]
"""(what is being done, share done 0-1)"""
Geometry = dict[str, Any]
"""GeoJSON Polygon or MultiPolygon, WGS84, six decimals."""


class Street(NamedTuple):
    """A street (街道) or town of the division table that the map holds; outlines are a valid coverage."""

    code: str
    name: str
    geometry: Geometry


class Community(NamedTuple):
    """A sample community (社区). ``households`` is 0.93 × doors; ``fill_order`` 0, 1, … is the order of loading."""

    code: str
    name: str
    street_code: str
    households: int
    lon: float
    lat: float
    geometry: Geometry
    fill_order: int


class Compound(NamedTuple):
    """A residential compound (小区); ``invented`` is a court the real map does not have. All names are invented."""

    key: str
    name: str
    invented: bool
    lon: float
    lat: float
    geometry: Geometry


class Grid(NamedTuple):
    """A grid (网格) of about 200-500 households; its code is the community's and three digits."""

    code: str
    community_code: str
    households: int
    geometry: Geometry


class Building(NamedTuple):
    """A residential building. ``community``, ``compound`` and ``grid`` are indexes; compound is -1 for none."""

    key: str
    community: int
    compound: int
    grid: int
    lon: float
    lat: float
    footprint: list[Any]
    """Rings of a GeoJSON polygon."""
    floors: int
    units: int
    doors_per_floor: int
    """On one floor of one unit."""
    number: int
    street_address: str
    """Compound and number (和宁小区12号楼), one of its kind in the city."""

    @property
    def doors(self) -> int:
        """All doors of the building."""
        return self.floors * self.units * self.doors_per_floor


class CacheUnusable(ValueError):
    """A saved map is not there, damaged, or of another format."""


@dataclass(frozen=True)
class CityMap:
    """The whole map. Lists are ordered by code (compounds by key) and refer to each other by index or code."""

    seed: int
    digest: str
    """Of the source files, the seed and the density: a saved map with another one is stale."""
    divisions: list[Division]
    streets: list[Street]
    communities: list[Community]
    compounds: list[Compound]
    grids: list[Grid]
    buildings: list[Building]

    def to_fill(self, residents: int, persons_per_household: float = 2.2) -> list[int]:
        """Indexes of the communities, in filling order, that hold ``residents`` people between them."""
        order = sorted(range(len(self.communities)), key=lambda i: self.communities[i].fill_order)
        chosen, room = [], residents / persons_per_household
        for index in order:
            if room <= 0:
                break
            chosen.append(index)
            room -= self.communities[index].households
        return chosen

    def save(self, folder: Path) -> None:
        """Write the map into ``folder`` (made if need be), all or nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(
            {"format": FORMAT, "notice": NOTICE, **vars(self)}, ensure_ascii=False, separators=(",", ":")
        )
        side = folder / f"{CACHE}.{os.getpid()}.part"
        try:
            side.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))
            side.replace(folder / CACHE)
        finally:
            side.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path) -> CityMap:
        """Read what :meth:`save` wrote; raises CacheUnusable with the reason."""
        path = folder / CACHE
        try:
            data = json.loads(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, ValueError) as error:
            raise CacheUnusable(f"no saved map can be read from {path}: {error}") from error
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise CacheUnusable(f"{path} has another format than {FORMAT}: build the map again")
        return cls(
            data["seed"],
            data["digest"],
            [Division(*row) for row in data["divisions"]],
            [Street(*row) for row in data["streets"]],
            [Community(*row) for row in data["communities"]],
            [Compound(*row) for row in data["compounds"]],
            [Grid(*row) for row in data["grids"]],
            [Building(*row) for row in data["buildings"]],
        )


def build(source: Path, *, seed: int = 2024, density: float = 1.0, report: Report | None = None) -> CityMap:
    """Make the map from the files in the folder ``source``.

    ``density`` multiplies the doors of every building: 4.5 gives some 2,100 communities with room for nine
    million people (load tests only). Raises sources.SourceMissing if a file is not there.
    """
    say: Report = report or (lambda _what, _share: None)
    made = assembly.assemble(source, seed, density, say)
    return CityMap(
        seed,
        _digest(source, seed, density),
        sources.divisions(source),
        [Street(*row) for row in made.streets()],
        [Community(*row) for row in made.communities()],
        [Compound(*row) for row in made.compounds()],
        [Grid(*row) for row in made.grids()],
        [Building(*row) for row in made.buildings()],
    )


def load_or_build(
    folder: Path, source: Path, *, seed: int = 2024, density: float = 1.0, report: Report | None = None
) -> CityMap:
    """The map saved in ``folder`` if it was made from the same source, seed and density; else a new one, saved."""
    try:
        saved = CityMap.load(folder)
    except CacheUnusable:
        saved = None
    if saved and saved.digest == _digest(source, seed, density):
        return saved
    city = build(source, seed=seed, density=density, report=report)
    city.save(folder)
    return city


def _digest(source: Path, seed: int, density: float) -> str:
    """Twelve hexadecimal digits over everything that the map depends on."""
    sha = hashlib.sha256(f"{FORMAT} {seed} {density}".encode())
    for name in (sources.EXTRACT, sources.DIVISIONS, sources.BOUNDARIES, sources.COMPOUNDS, sources.NAMES):
        sha.update((source / name).read_bytes())
    return sha.hexdigest()[:12]
