"""Which households there are: 18 templates x the head's five-year age bin, weighted to meet the tables.

A template is a list of members. Each member's age follows from an anchor's age through a kernel
(a matrix P(age | anchor's age)), so that expectation and sampling use the very same numbers.
Cell weights come from non-negative least squares with a prior: the targets leave freedom, the prior fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from lianglin.people.seed.draws import Floats, Ints
from lianglin.people.seed.tables import BINS, OLDEST, Tables, bin_of_age, tables

AGES = np.arange(OLDEST + 1)
Sex = Literal["head", "spouse", "free"]
MALE, FEMALE, FREE = 0, 1, 2
HARD, SOFT = 1000.0, 0.2
"""Weight of the tables, and of the prior, in the fit."""


@dataclass(frozen=True)
class Member:
    """One seat of a template. ``anchor``: the seat whose age and sex it follows; relations by sex (GB/T 4761)."""

    relation: tuple[str, str]
    kernel: str = ""
    anchor: int = 0
    sex: Sex = "free"


@dataclass(frozen=True)
class Template:
    """One shape of household. ``share`` and ``peaks`` (age, spread, weight) make the prior."""

    code: str
    members: tuple[Member, ...]
    share: float
    peaks: tuple[tuple[float, float, float], ...]
    male_head: float | None = None
    """Share of male heads; None: the head's sex is free and settles the table of sexes."""

    def is_married(self, slot: int) -> bool:
        """Whether another member is the spouse of the one in this seat."""
        return any(other.sex == "spouse" and other.anchor == slot for other in self.members)


HEAD = Member(("01", "01"), sex="head")
SPOUSE = Member(("10", "10"), "spouse", 0, "spouse")
CHILD = Member(("20", "30"), "child")
SECOND = Member(("20", "30"), "sibling", 2)
GROWN = Member(("20", "30"), "grown")
PARENT = Member(("51", "52"), "parent")
GRANDCHILD = Member(("41", "42"), "grandchild")

TEMPLATES = (
    Template("single", (HEAD,), 31.0, ((27, 6, 1.0), (50, 12, 1.2), (70, 9, 0.9))),
    Template("couple", (HEAD, SPOUSE), 24.0, ((30, 4, 0.5), (57, 9, 1.6), (70, 7, 0.9)), 0.82),
    Template("couple, child", (HEAD, SPOUSE, CHILD), 11.0, ((38, 6, 1.0),), 0.82),
    Template("couple, two children", (HEAD, SPOUSE, CHILD, SECOND), 3.5, ((38, 5, 1.0),), 0.82),
    Template(
        "couple, three children",
        (HEAD, SPOUSE, CHILD, SECOND, Member(("20", "30"), "sibling", 3)),
        0.2,
        ((39, 5, 1.0),),
        0.82,
    ),
    Template("couple, grown child", (HEAD, SPOUSE, GROWN), 9.5, ((53, 6, 1.0),), 0.82),
    Template(
        "couple, two grown children",
        (HEAD, SPOUSE, GROWN, Member(("20", "30"), "grown")),
        1.5,
        ((54, 5, 1.0),),
        0.82,
    ),
    Template("couple, child, parent", (HEAD, SPOUSE, CHILD, PARENT), 1.7, ((41, 5, 1.0),), 0.82),
    Template(
        "couple, child, parents",
        (HEAD, SPOUSE, CHILD, PARENT, Member(("51", "52"), "spouse", 3, "spouse")),
        1.2,
        ((39, 5, 1.0),),
        0.82,
    ),
    Template(
        "couple, two children, parents",
        (HEAD, SPOUSE, CHILD, SECOND, PARENT, Member(("51", "52"), "spouse", 4, "spouse")),
        0.4,
        ((38, 4, 1.0),),
        0.82,
    ),
    Template("parent, child", (HEAD, CHILD), 2.0, ((39, 6, 1.0),)),
    Template("parent, two children", (HEAD, CHILD, Member(("20", "30"), "sibling", 1)), 0.3, ((39, 5, 1.0),)),
    Template("parent, grown child", (HEAD, GROWN), 4.0, ((55, 8, 1.0),)),
    Template("grandparents, grandchild", (HEAD, SPOUSE, GRANDCHILD), 1.2, ((62, 5, 1.0),), 0.82),
    Template("grandparent, grandchild", (HEAD, GRANDCHILD), 0.7, ((63, 5, 1.0),)),
    Template("adult, parent", (HEAD, PARENT), 2.5, ((50, 8, 1.0),)),
    Template(
        "three generations",
        (
            HEAD,
            SPOUSE,
            Member(("20", "30"), "married"),
            Member(("28", "38"), "spouse", 2, "spouse"),
            Member(("41", "42"), "child", 2),
        ),
        1.8,
        ((62, 5, 1.0),),
        0.82,
    ),
    Template("people sharing", (HEAD, Member(("99", "99"), "peer")), 1.6, ((25, 4, 1.0),)),
)
SLOTS = max(len(template.members) for template in TEMPLATES)


def _gap(mean: float, spread: float, low: int, high: int) -> dict[int, float]:
    years = np.arange(low, high + 1)
    weights = np.exp(-0.5 * ((years - mean) / spread) ** 2)
    return dict(zip(years.tolist(), (weights / weights.sum()).tolist(), strict=True))


def _kernel(gap: dict[int, float], keep: Floats) -> tuple[Floats, Floats]:
    """(P(age | anchor's age), share of the gap's mass that is possible) with ``keep`` weighing the ages."""
    matrix = np.zeros((OLDEST + 1, OLDEST + 1))
    for years, weight in gap.items():
        ages = AGES + years
        inside = (ages >= 0) & (ages <= OLDEST)
        matrix[AGES[inside], ages[inside]] += weight
    matrix *= keep
    mass = matrix.sum(axis=1)
    return matrix / np.maximum(mass, 1e-300)[:, None], mass


def _between(low: int, high: int) -> Floats:
    return ((low <= AGES) & (high >= AGES)).astype(float)


@cache
def kernels() -> dict[str, tuple[Floats, Floats]]:
    """Kernels by name, from Chinese ages at marriage and birth (shapes are assumptions)."""
    birth = {-years: weight for years, weight in _gap(28, 4.8, 19, 42).items()}
    older = {-years: weight for years, weight in birth.items()}
    leaving = np.exp(-np.maximum(AGES - 24, 0) / 7.0)
    living = np.exp(-np.maximum(AGES - 78, 0) / 6.0)
    return {
        "wife": _kernel({-years: w for years, w in _gap(1.6, 2.8, -6, 12).items()}, _between(20, OLDEST)),
        "husband": _kernel(_gap(1.6, 2.8, -6, 12), _between(20, OLDEST)),
        "child": _kernel(birth, _between(0, 17)),
        "sibling": _kernel({-years: w for years, w in _gap(3.5, 2, 1, 7).items()}, _between(0, 17)),
        "grown": _kernel(birth, _between(18, 45) * leaving),
        "married": _kernel(birth, _between(24, 45)),
        "parent": _kernel(older, _between(40, OLDEST) * living),
        "grandchild": _kernel({-years: w for years, w in _gap(54, 5, 42, 68).items()}, _between(0, 17)),
        "peer": _kernel(_gap(0, 3, -8, 8), _between(18, 59)),
    }


@cache
def head_ages() -> Floats:
    """P(age | bin) of a household's head: shape (18 bins, 105 ages); bins below 15 are empty."""
    shares = np.where(AGES < 85, 1.0, 0.82 ** (AGES - 85.0)) * _between(18, 99)
    table = np.zeros((BINS, OLDEST + 1))
    table[bin_of_age(), AGES] = shares
    return table / np.maximum(table.sum(axis=1), 1e-300)[:, None]


def _expected(template: Template, ages: Floats) -> Floats | None:
    """Expected ages by sex of a cell's members: shape (members, 3 sexes, 105), or None where it cannot be."""
    seats: list[Floats] = []
    for member in template.members:
        seat = np.zeros((3, OLDEST + 1))
        if member.sex == "head":
            if template.male_head is None:
                seat[FREE] = ages
            else:
                seat[MALE], seat[FEMALE] = ages * template.male_head, ages * (1 - template.male_head)
        elif member.sex == "spouse":
            anchor = seats[member.anchor]
            for own, other, name in ((MALE, FEMALE, "wife"), (FEMALE, MALE, "husband")):
                matrix, mass = kernels()[name]
                if _impossible(anchor[own], mass):
                    return None
                seat[other] = anchor[own] @ matrix
        else:
            matrix, mass = kernels()[member.kernel]
            anchor_ages = seats[member.anchor].sum(axis=0)
            if _impossible(anchor_ages, mass):
                return None
            if template.is_married(len(seats)):
                seat[MALE] = seat[FEMALE] = anchor_ages @ matrix / 2
            else:
                seat[FREE] = anchor_ages @ matrix
        seats.append(seat)
    return np.array(seats)


def _impossible(ages: Floats, mass: Floats) -> bool:
    """Whether too much of a member's anchor ages leaves hardly any age for the member."""
    return bool(ages[mass < 0.004].sum() > 1e-3 * ages.sum())


@dataclass(frozen=True)
class Mix:
    """The weighted cells: arrays over cells, and the share of men among members of free sex by age bin."""

    template: NDArray[np.int16]
    bin: NDArray[np.int16]
    weight: Floats
    free_male: Floats


@cache
def mix() -> Mix:
    """The mix of households that meets the tables; computed once in about a tenth of a second."""
    targets, bins = tables(), bin_of_age()
    fold = np.zeros((OLDEST + 1, BINS))
    fold[AGES, bins] = 1
    cells: list[tuple[int, int, Floats, float]] = []
    for number, template in enumerate(TEMPLATES):
        prior = _prior(template)
        for age_bin in range(3, BINS):
            expected = _expected(template, head_ages()[age_bin]) if prior[age_bin] > 1e-5 else None
            if expected is not None:
                cells.append((number, age_bin, expected.sum(axis=0) @ fold, prior[age_bin]))
    template = np.array([cell[0] for cell in cells], dtype=np.int16)
    age_bin = np.array([cell[1] for cell in cells], dtype=np.int16)
    people = np.array([cell[2] for cell in cells])  # cells x sexes x bins
    weight = _fit(people.sum(axis=1), template, age_bin, np.array([cell[3] for cell in cells]), targets)
    return Mix(template, age_bin, weight, _free_male(np.tensordot(weight, people, 1), targets))


def _prior(template: Template) -> Floats:
    """How likely the template is per bin of the head's age, before the tables have spoken."""
    middle = np.arange(BINS) * 5 + 2.5
    shape = sum(
        weight * np.exp(-0.5 * ((middle - age) / spread) ** 2) / spread
        for age, spread, weight in template.peaks
    )
    shape = np.asarray(shape) * (np.arange(BINS) >= 3)
    total = sum(other.share for other in TEMPLATES)
    return template.share / total * shape / shape.sum()


def _fit(people: Floats, template: Ints, age_bin: Ints, prior: Floats, targets: Tables) -> Floats:
    """Non-negative cell weights (sum 1) that meet pyramid, sizes and elder singles, close to the prior."""
    size = people.sum(axis=1)
    rounded = np.minimum(np.rint(size).astype(int), 5)
    pyramid = people.T - targets.pyramid[:, None] * size
    sizes = np.array([rounded == number for number in range(1, 6)], dtype=float)
    elder = ((template == 0) & (age_bin >= 12)).astype(float)[None, :]
    goal = np.concatenate([np.zeros(BINS), targets.sizes, [targets.elder_singles * targets.sizes[0]]])
    hard = np.concatenate([pyramid, sizes, elder]) * HARD
    soft = np.diag(SOFT / np.sqrt(prior))
    weight, _rest = nnls(
        np.vstack([hard, soft]), np.concatenate([goal * HARD, SOFT * np.sqrt(prior)]), maxiter=5000
    )
    return weight / weight.sum()


def _free_male(people: Floats, targets: Tables) -> Floats:
    """The share of men among members of free sex that brings each bin to its share of men."""
    wanted = targets.male * people.sum(axis=0) - people[MALE]
    return np.clip(wanted / np.maximum(people[FREE], 1e-12), 0.02, 0.98)
