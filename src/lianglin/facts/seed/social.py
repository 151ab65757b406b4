"""Sample facts that benefits rest on: incomes, assistance, work, school, disability, ability, service.

Assumed shares, nobody real; correlated where life is (a household on the allowance has a low income, an elder of 90 is
more often assessed), and left missing at the rates of a city's registers: a benefit must be able to answer "unknown".
Only elements that need no consent. The draws of a piece of households depend on its first id and the seed alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from lianglin.facts.actions import expiry
from lianglin.facts.models import DataElement

MOST_HOUSEHOLDS = 100_000
"""A larger city gets these facts for its first households only: the first start must stay quick."""
Texts = NDArray[np.str_]
Mask = NDArray[np.bool_]
_MEMBERS = """
select m.household_id, m.resident_id, r.born_on, r.sex, r.scope_code from people_membership m
join people_resident r on r.id = m.resident_id
where m.household_id = any(%s) and m.to_on is null and r.died_on is null and r.born_on is not null
order by m.household_id, m.id
"""


@dataclass
class Piece:
    """Some households and their members as columns; what is drawn is collected in ``rows``."""

    on: date
    draw: np.random.Generator
    elements: dict[str, DataElement]
    households: NDArray[np.int64]
    dwellings: NDArray[np.int64]
    scopes: Texts
    persons: NDArray[np.int64]
    home: NDArray[np.int64]
    """The place of each person's household."""
    person_scopes: Texts
    age: NDArray[np.int64]
    male: Mask
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def chance(self, share: float | NDArray[np.float64], size: int) -> Mask:
        """True with this probability."""
        return self.draw.random(size) < share

    def people(self, share: float | NDArray[np.float64]) -> Mask:
        """A draw for each person."""
        return self.chance(share, len(self.persons))

    def homes(self, share: float | NDArray[np.float64]) -> Mask:
        """A draw for each household."""
        return self.chance(share, len(self.households))

    def among(self, shares: Mapping[str, float], size: int) -> Texts:
        """Values drawn by their shares."""
        weights = np.array(list(shares.values()))
        return self.draw.choice(np.array(list(shares)), size=size, p=weights / weights.sum())

    def whole(self, per_person: Mask) -> Mask:
        """Households with a member of whom it is true."""
        return np.bincount(self.home, per_person, len(self.households)) > 0

    def record(self, code: str, values: object, where: Mask, *, oldest: int = 300) -> None:
        """One element for the subjects of whom something is known."""
        element = self.elements[code]
        places = np.nonzero(where)[0]
        texts = np.broadcast_to(np.asarray(values), where.shape)[places]
        days = self.draw.integers(5, oldest, len(places))
        since = (np.datetime64(self.on) - days).astype("datetime64[D]").astype(str)
        subjects, scopes = {
            "person": (self.persons, self.person_scopes),
            "household": (self.households, self.scopes),
            "dwelling": (self.dwellings, self.scopes),
        }[element.object_class]
        until = str(expiry(element.keep, self.on))
        fixed = (element.object_class, str(element.pk))
        last = ("steward", "serve_household", element.basis, until, "t")
        self.rows += [
            (scope, fixed[0], str(subject), fixed[1], text, "f", day, f"{day} 02:00+00", *last)
            for scope, subject, text, day in zip(
                scopes[places].tolist(),
                subjects[places].tolist(),
                texts.astype(str).tolist(),
                since.tolist(),
                strict=True,
            )
        ]

    def flag(self, code: str, true: Mask, known: Mask | float = 1.0, *, oldest: int = 300) -> None:
        """A yes or no; a yes is always known, a no only where ``known``."""
        asked = self.chance(known, len(true)) if isinstance(known, float) else known
        self.record(code, np.where(true, "1", "0"), np.logical_or(true, asked), oldest=oldest)

    def days_ago(self, low: int, high: int, size: int) -> Texts:
        """Dates between so many days ago."""
        return (
            (np.datetime64(self.on) - self.draw.integers(low, high, size)).astype("datetime64[D]").astype(str)
        )


def rows(
    chunk: list[tuple[int, str, int]], elements: dict[str, DataElement], seed: int, on: date
) -> Iterator[tuple[str, ...]]:
    """The rows of one piece of households, for COPY."""
    piece = _load(chunk, elements, seed, on)
    if len(piece.persons):
        disabled = _disability(piece)
        assisted, checked = _assistance(piece, disabled)
        _work(piece, assisted, checked)
        _schooling(piece)
        _elders(piece)
        _service(piece)
        _homes(piece, assisted)
    yield from piece.rows


def _load(chunk: list[tuple[int, str, int]], elements: dict[str, DataElement], seed: int, on: date) -> Piece:
    ids, scopes, dwellings = zip(*chunk, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [list(ids)])
        members = cursor.fetchall()
    place = {household: n for n, household in enumerate(ids)}
    born = np.array([row[2] for row in members], dtype="datetime64[D]")
    return Piece(
        on=on,
        draw=np.random.default_rng([seed, 66, ids[0]]),
        elements=elements,
        households=np.array(ids),
        dwellings=np.array(dwellings),
        scopes=np.array(scopes),
        persons=np.array([row[1] for row in members], dtype=np.int64),
        home=np.array([place[row[0]] for row in members], dtype=np.int64),
        person_scopes=np.array([row[4] for row in members], dtype=np.str_),
        age=((np.datetime64(on) - born).astype(np.int64) // 365.2425).astype(np.int64),
        male=np.array([row[3] == "1" for row in members], dtype=np.bool_),
    )


def _disability(p: Piece) -> Mask:
    share = np.select([p.age < 18, p.age < 60, p.age < 75], [0.012, 0.035, 0.09], 0.15)
    disabled = p.people(share)
    level = p.among({"1": 12, "2": 28, "3": 27, "4": 33}, len(disabled))
    severe = disabled & ((level == "1") | (level == "2"))
    p.flag("person.disability_card", disabled, 0.85)
    p.record("person.disability_level", level, disabled)
    kinds = {"1": 14, "2": 20, "3": 2, "4": 45, "5": 7, "6": 8, "7": 4}
    p.record("person.disability_kind", p.among(kinds, len(disabled)), disabled)
    p.record("person.disability_card_until", p.days_ago(-3000, 60, len(disabled)), disabled & p.people(0.9))
    p.flag("person.long_care_needed", severe & p.people(0.7), severe & p.people(0.8))
    p.flag("person.cannot_self_care", severe & p.people(0.4), severe & p.people(0.8))
    p.flag("person.disability_care_subsidy", severe & p.people(0.5), disabled & p.people(0.8))
    p.flag("person.work_injury_care", p.people(0.001) & severe, disabled & p.people(0.9))
    p.flag("person.rehab_assessed", disabled & (p.age < 8), (p.age < 8) & p.people(0.05))
    return disabled


def _assistance(p: Piece, disabled: Mask) -> tuple[Texts, Mask]:
    """Assistance by household, and of which households income and property were checked."""
    size = np.bincount(p.home, minlength=len(p.households))
    adults = np.bincount(p.home, (p.age >= 18) & (p.age < 60), len(p.households))
    need = 1 + 3.0 * p.whole(disabled) + 2.0 * (adults == 0) + 1.5 * ((adults == 1) & p.whole(p.age < 18))
    dice = p.draw.random(len(p.households)) / need
    lone_old = (size == 1) & p.whole(p.age >= 60)
    kinds = np.select(
        [lone_old & (dice < 0.0015), dice < 0.009, dice < 0.015, dice < 0.018],
        ["tekun", "dibao", "dibao_edge", "rigid"],
        "none",
    )
    assisted = kinds != "none"
    p.record("household.assistance", kinds, assisted | p.homes(0.85))
    p.record("household.assistance_since", p.days_ago(200, 3000, len(kinds)), assisted)
    checked = (assisted & p.homes(0.96)) | p.homes(0.10)
    income = _income(p, kinds, size)
    p.record("household.income_month_fen", income, checked, oldest=170)
    good = assisted | p.homes(0.55)
    p.flag("household.property_ok", good & checked, checked & p.homes(0.9), oldest=170)
    low = (assisted & p.homes(0.9)) | p.homes(0.01)
    p.flag("household.low_income", low, 0.45)
    p.flag("household.housing_difficult", low & p.homes(0.14), (low & p.homes(0.7)) | p.homes(0.2))
    p.flag("household.expense_surge", assisted & p.homes(0.04), assisted & p.homes(0.5), oldest=80)
    p.flag("household.sudden_hardship", p.homes(0.002), checked & p.homes(0.4), oldest=80)
    mine = kinds[p.home]
    own = np.where((mine == "tekun") | (mine == "dibao"), mine, "none")
    p.record("person.assistance", own, assisted[p.home] | p.people(0.9))
    p.record("person.lives_together", "1", checked[p.home], oldest=170)
    _needy(p, assisted[p.home], mine == "tekun", disabled)
    working = (p.age >= 18) & (p.age < 60)
    earners = np.bincount(p.home, working, len(p.households))
    wage = income // np.maximum(earners, 1).astype(int)
    p.record("person.wage_fen", wage[p.home], working & checked[p.home], oldest=170)
    return kinds, checked


def _income(p: Piece, kinds: Texts, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Monthly income in fen: low where assistance is paid."""
    head = np.select(
        [kinds == "tekun", kinds == "dibao", kinds == "dibao_edge", kinds == "rigid"],
        [
            p.draw.integers(0, 300, len(kinds)),
            p.draw.integers(0, 650, len(kinds)),
            p.draw.integers(700, 1050, len(kinds)),
            p.draw.integers(1000, 2000, len(kinds)),
        ],
        p.draw.lognormal(7.7, 0.55, len(kinds)).astype(int),
    )
    return head * np.maximum(size, 1) * 100


def _needy(p: Piece, assisted: Mask, destitute: Mask, disabled: Mask) -> None:
    able = (p.age >= 16) & (p.age < 60) & ~(disabled & p.people(0.6))
    p.flag("person.work_ability", able & assisted, assisted & p.people(0.9))
    p.flag("person.living_source", assisted & ~destitute & p.people(0.85), assisted & p.people(0.85))
    p.flag("person.legal_supporter", assisted & ~destitute & p.people(0.9), assisted & p.people(0.85))
    minor = p.age < 18
    p.flag("person.orphan", minor & p.people(0.0015), minor & p.people(0.5))
    p.flag("person.child_left_behind", minor & p.people(0.006), minor & p.people(0.4))
    p.flag("person.hukou_here", p.people(0.86), p.people(0.6))
    p.flag("person.resident_here", p.people(0.8), p.people(0.02))
    p.flag("person.villager", p.people(0.03), p.people(0.35))
    p.flag("person.migrant_child", (p.age >= 6) & (p.age < 16) & p.people(0.06), (p.age < 16) & p.people(0.5))


def _work(p: Piece, assisted: Texts, checked: Mask) -> None:
    working = (p.age >= 18) & (p.age < 60)
    poor = (assisted != "none")[p.home]
    state = p.among({"unit": 62, "flexible": 15, "business": 5, "unemployed": 4, "none": 14}, len(p.age))
    state = np.where(poor & p.people(0.35), "unemployed", state)
    known = working & p.people(0.62)
    p.record("person.employment_register", state, known, oldest=170)
    _unemployed(p, known & (state == "unemployed"), poor)
    _insured(p, working)
    p.flag(
        "person.flexible_insured",
        known & (state == "flexible") & p.people(0.6),
        known & p.people(0.5),
        oldest=170,
    )
    p.record(
        "person.pension_insured_months",
        p.draw.integers(0, 420, len(state)),
        known & (p.age > 44) & p.people(0.6),
    )
    p.record("person.business_started_on", p.days_ago(30, 2500, len(state)), known & (state == "business"))
    skilled = known & p.people(0.09)
    p.record("person.skill_level", p.among({"5": 30, "4": 35, "3": 25, "2": 7, "1": 3}, len(state)), skilled)
    p.record("person.skill_issued_on", p.days_ago(20, 1500, len(state)), skilled)
    own = known & (state == "business")
    p.record("person.business_jobs", p.draw.integers(0, 6, len(state)), own & p.people(0.7), oldest=170)
    p.record(
        "person.graduated_on", p.days_ago(30, 1800, len(state)), (p.age > 21) & (p.age < 28) & p.people(0.5)
    )
    able = working & poor
    idle = p.whole(able) & ~p.whole(able & (state != "unemployed"))
    p.flag("household.one_job_urgent", idle, p.whole(able) & checked, oldest=85)
    p.flag("household.zero_employment", idle & p.homes(0.7), p.whole(able) & p.homes(0.7), oldest=85)


def _unemployed(p: Piece, out: Mask, poor: Mask) -> None:
    p.record("person.unemployed_since", p.days_ago(20, 700, len(out)), out)
    p.flag("person.job_requested", out & p.people(0.8), out, oldest=80)
    p.flag("person.lost_job_involuntarily", out & p.people(0.55), out & p.people(0.8))
    months = p.draw.integers(0, 240, len(out))
    p.record("person.unemployment_insured_months", months, out & p.people(0.85), oldest=170)
    p.flag("person.unemployment_benefit", out & p.people(0.35), out & p.people(0.8), oldest=55)
    p.flag("person.hard_to_employ", out & (poor | p.people(0.25)), out & p.people(0.8))
    helped = out & p.people(0.3)
    p.flag("person.training_finished", helped & p.people(0.6), helped)
    p.record("person.public_post_months", p.draw.integers(0, 36, len(out)), out & p.people(0.5))


def _insured(p: Piece, working: Mask) -> None:
    schemes = p.among({"310": 56, "390": 38, "000": 6}, len(p.age))
    p.record("person.medical_insurance", np.where(working, schemes, "390"), p.people(0.85))
    pensions = np.select(
        [schemes == "310", schemes == "390"], ["110", p.among({"170": 70, "000": 30}, len(p.age))], "000"
    )
    p.record("person.pension_insurance", pensions, (p.age >= 18) & p.people(0.7))


def _schooling(p: Piece) -> None:
    stage = np.select(
        [p.age < 3, p.age < 6, p.age < 12, p.age < 15, p.age < 18, p.age < 22],
        ["nursery", "kinder", "primary", "junior", "senior", "college"],
        "none",
    )
    stage = np.where((stage == "nursery") & p.people(0.93), "none", stage)
    stage = np.where((stage == "college") & p.people(0.4), "none", stage)
    p.record("person.school", stage, (p.age < 22) & p.people(0.85))
    college = stage == "college"
    p.flag("person.student_loan", college & p.people(0.12), college & p.people(0.8))
    p.flag("person.graduating", college & (p.age == 21), college & p.people(0.8))
    p.flag("person.boarder", (stage == "senior") & p.people(0.3), (p.age < 18) & (p.age > 5) & p.people(0.5))
    small = p.age < 3
    p.flag("person.lawful_birth", small & p.people(0.83), small & p.people(0.02))
    p.record(
        "person.birth_order", p.among({"1": 66, "2": 29, "3": 5}, len(small)), (p.age < 18) & p.people(0.7)
    )
    middle = (p.age >= 45) & (p.age < 80)
    p.flag("person.only_child_certificate", middle & p.people(0.4), middle & p.people(0.2))
    p.flag("person.family_planning_special", (p.age >= 50) & p.people(0.004), middle & p.people(0.4))


def _elders(p: Piece) -> None:
    old = p.age >= np.where(p.male, 60, 55)
    drawn = old & p.people(0.92)
    p.flag("person.pension_drawn", drawn & p.people(0.88), p.people(0.5))
    pension = p.draw.lognormal(8.0, 0.35, len(old)).astype(int) * 100
    p.record("person.pension_fen", pension, drawn & p.people(0.3))
    share = np.select([p.age < 60, p.age < 70, p.age < 80], [0.0, 0.04, 0.12], 0.42)
    assessed = p.people(share)
    young = {"0": 55, "1": 22, "2": 13, "3": 7, "4": 3}
    grade = np.where(
        p.age < 80,
        p.among(young, len(old)),
        p.among({"0": 28, "1": 27, "2": 23, "3": 14, "4": 8}, len(old)),
    )
    p.record("person.ability_grade", grade, assessed)
    p.record("person.ability_edition", "GB/T 42195-2022", assessed)
    p.record("person.ability_assessed_on", p.days_ago(20, 600, len(old)), assessed)
    needs = assessed & np.isin(grade, ["2", "3", "4"])
    inside = needs & p.people(0.15)
    p.flag("person.in_care_home", inside, assessed & p.people(0.9), oldest=170)
    paid = needs & ~inside & p.people(0.4)
    stay = p.draw.integers(18, 60, len(old)) * 10_000
    visits = p.draw.integers(2, 30, len(old)) * 10_000
    p.record("person.care_home_bill_fen", np.where(inside, stay, 0), inside | paid, oldest=85)
    p.record("person.home_care_bill_fen", np.where(paid, visits, 0), inside | paid, oldest=85)
    p.flag("person.elder_allowance", (p.age >= 80) & p.people(0.6), (p.age >= 80) & p.people(0.7))
    p.flag("person.care_subsidy_app", needs & p.people(0.3), needs & p.people(0.7))


def _service(p: Piece) -> None:
    grown = p.age >= 20
    served = grown & p.male & p.people(0.07)
    p.flag("person.veteran", served, grown & p.people(0.45))
    p.record("person.discharged_on", p.days_ago(200, 15_000, len(grown)), served & p.people(0.9))
    p.flag("person.preferential_treatment", served & p.people(0.15), served | (grown & p.people(0.4)))
    p.flag("person.care_card", served & p.people(0.8), served)
    p.flag("person.war_veteran", served & (p.age >= 58) & p.people(0.12), served)
    hurt = served & p.people(0.03)
    p.record("person.military_disability_level", p.draw.integers(1, 11, len(grown)), hurt)
    p.record(
        "person.military_disability_cause", p.among({"war": 20, "duty": 55, "illness": 25}, len(grown)), hurt
    )
    p.record("person.military_support", p.among({"home": 92, "institution": 8}, len(grown)), hurt)
    bereaved = grown & p.people(0.0012)
    kinds = p.among({"martyr": 40, "duty": 25, "illness": 35}, len(grown))
    p.record("person.bereaved_kind", np.where(bereaved, kinds, "none"), bereaved | p.people(0.3))
    kin = {"parent": 30, "spouse": 30, "child": 35, "sibling": 5}
    p.record("person.bereaved_relation", p.among(kin, len(grown)), bereaved)
    p.flag("person.bereaved_pension", bereaved & p.people(0.6), bereaved)
    p.flag("household.conscript", p.homes(0.004), 0.5)


def _homes(p: Piece, assisted: Texts) -> None:
    count = len(p.households)
    poor = assisted != "none"
    area = np.where(poor, p.draw.normal(46, 9, count), p.draw.normal(78, 22, count)).clip(18, 240).astype(int)
    p.record("dwelling.floor_area", area, p.homes(0.7))
    p.flag("dwelling.lift", p.homes(0.35), 0.6)
    p.flag("dwelling.dangerous", p.homes(0.003), 0.5)
    p.flag("dwelling.old_compound", p.homes(0.25), 0.5)
    p.flag("dwelling.broadband", p.homes(0.3), 0.02)
    p.flag("household.one_meter", p.homes(0.75), 0.1)
    p.flag("household.gas_alarm", p.homes(0.3), 0.3)
    p.flag("household.bottled_gas", p.homes(0.06), 0.6)
    p.flag("household.heating_aid", poor & p.homes(0.5), poor)
    p.flag("household.rent_aid", poor & p.homes(0.08), poor & p.homes(0.8))
    p.flag("household.ebike_old", p.homes(0.03), 0.2)
    p.flag("household.public_rental_waiting", poor & p.homes(0.1), poor | p.homes(0.2))
    p.record(
        "household.rigid_expense_fen",
        p.draw.integers(2, 40, count) * 100_000,
        poor & p.homes(0.5),
        oldest=170,
    )
    p.record("household.temporary_aid_on", p.days_ago(20, 900, count), poor & p.homes(0.15))
    p.record("household.member_died_on", p.days_ago(10, 900, count), p.homes(0.008))
    p.flag("household.eco_burial", p.homes(0.002), 0.004)
    p.flag("dwelling.rental_filed", p.homes(0.08), 0.1)
    p.flag("dwelling.shared_water_meter", p.homes(0.004), 0.3)
    p.flag("household.lift_agreed", p.homes(0.01), 0.1)
