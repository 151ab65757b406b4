"""The sample population: credible in shape, reproducible, and nobody real."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from lianglin.kit.ids import clean_id_number
from lianglin.people.seed.population import Population, Synthesiser, iter_chunks, synthesise
from lianglin.people.seed.tables import sample_ranges, tables

ON = date(2026, 11, 24)


@pytest.fixture(scope="module")
def city() -> Population:
    return synthesise(150_000, seed=20261124, on=ON)


def ages(people: Population) -> np.ndarray:
    """Completed years on ON."""
    born = people.born_on
    return np.array([(ON.year - d.year) - ((ON.month, ON.day) < (d.month, d.day)) for d in born.tolist()])


def test_age_pyramid_is_within_a_tenth_of_a_point(city: Population) -> None:
    found = np.bincount(np.minimum(ages(city) // 5, 17), minlength=18) / city.residents
    assert np.abs(found - tables().pyramid).max() < 0.001


def test_household_sizes_are_within_a_tenth_of_a_point(city: Population) -> None:
    found = np.bincount(np.minimum(city.size, 5), minlength=6)[1:] / len(city.size)
    assert np.abs(found - tables().sizes).max() < 0.001


def test_shares_of_men_follow_the_table_by_age(city: Population) -> None:
    bins = np.minimum(ages(city) // 5, 17)
    men = np.bincount(bins[city.sex == 1], minlength=18) / np.bincount(bins, minlength=18)
    assert np.abs(men - tables().male).max() < 0.015


def test_about_93_in_100_doors_are_lived_behind(city: Population) -> None:
    assert len(city.dwelling) / 150_000 == pytest.approx(0.93, abs=0.005)
    assert city.dwelling.max() < 150_000
    assert len(np.unique(city.dwelling)) == len(city.dwelling)


def test_a_third_of_single_households_are_elders(city: Population) -> None:
    alone = np.nonzero(city.size == 1)[0]
    elders = ages(city)[np.searchsorted(city.household, alone)] >= 60
    assert elders.mean() == pytest.approx(tables().elder_singles, abs=0.01)


def test_every_household_has_one_head_who_is_of_age(city: Population) -> None:
    heads = city.relation == "01"
    assert np.array_equal(city.household[heads], np.arange(len(city.size)))
    assert ages(city)[heads].min() >= 18


def test_spouses_are_of_two_sexes_and_grown(city: Population) -> None:
    spouse = np.nonzero(city.relation == "10")[0]
    assert np.all(city.sex[spouse] != city.sex[spouse - 1])
    assert ages(city)[spouse].min() >= 20


def test_parents_are_a_generation_older_than_children(city: Population) -> None:
    heads = city.born_on[city.relation == "01"]
    child = np.isin(city.relation, ["20", "30"])
    years = (city.born_on[child] - heads[city.household[child]]).astype(int) / 365.25
    assert years.min() > 17
    assert years.max() < 51


def test_relation_fits_the_sex(city: Population) -> None:
    men, women = set(city.relation[city.sex == 1]), set(city.relation[city.sex == 2])
    assert men == {"01", "10", "20", "28", "41", "51", "99"}
    assert women == {"01", "10", "30", "38", "42", "52", "99"}


def test_id_numbers_are_valid_unique_and_of_nobody(city: Population) -> None:
    numbers = city.id_number.astype(str)
    assert len(set(numbers.tolist())) == city.residents
    county, _prefix = sample_ranges()
    for number, sex, born in zip(numbers[:3000], city.sex, city.born_on.tolist(), strict=False):
        assert clean_id_number(str(number), today=ON) == number
        assert number.startswith(county)
        assert number[6:14] == born.strftime("%Y%m%d")
        assert int(number[16]) % 2 == sex % 2


def test_phones_are_unique_in_the_sample_range_and_not_for_children(city: Population) -> None:
    phone = city.phone.astype(str)
    given = phone[phone != ""]
    assert len(set(given.tolist())) == len(given)
    assert all(len(number) == 11 and number.startswith(sample_ranges()[1]) for number in given[:5000])
    assert not np.any(ages(city)[phone != ""] < 12)
    assert np.mean(phone[ages(city) >= 18] != "") > 0.85


def test_nobody_joined_a_household_before_birth_or_after_today(city: Population) -> None:
    assert np.all(city.joined_on >= city.born_on)
    assert np.all(city.joined_on <= np.datetime64(ON, "D"))
    assert np.all(city.born_on <= np.datetime64(ON, "D"))


def test_names_come_in_rare_shapes_too(city: Population) -> None:
    names = city.name
    dotted = sum("·" in name for name in names)
    rare = sum(any(ord(letter) > 0xFFFF or letter in "䶮㛃" for letter in name) for name in names)
    assert 10 < dotted < 120
    assert 20 < rare < 120
    assert max(map(len, names)) <= 60


def test_children_carry_a_parents_surname(city: Population) -> None:
    child = np.nonzero(np.isin(city.relation, ["20", "30"]) & (city.sex == 1))[0][:2000]
    by_household: dict[int, set[str]] = {}
    for household, relation, name in zip(city.household, city.relation, city.name, strict=True):
        if relation in ("01", "10"):
            by_household.setdefault(int(household), set()).add(name[0])
    related = [
        city.name[i][0] in by_household[int(city.household[i])] for i in child if "·" not in city.name[i]
    ]
    assert np.mean(related) > 0.98


def test_incomes_have_the_stated_shape(city: Population) -> None:
    logs = np.log(city.income_fen)
    assert np.median(city.income_fen) == pytest.approx(tables().income_median_fen, rel=0.02)
    assert logs.std() == pytest.approx(tables().income_sigma, rel=0.03)


def test_chunking_changes_nobody() -> None:
    whole = synthesise(9_000, seed=3, on=ON)
    pieces = list(iter_chunks(9_000, seed=3, on=ON, chunk=1_234))
    for field in fields(Population):
        if not field.name.startswith("first_"):
            joined = np.concatenate([getattr(piece, field.name) for piece in pieces])
            assert np.array_equal(getattr(whole, field.name), joined), field.name
    assert pieces[1].first_resident == pieces[0].residents


def test_another_seed_makes_other_people() -> None:
    assert synthesise(200, seed=1, on=ON).name.tolist() != synthesise(200, seed=2, on=ON).name.tolist()


def test_no_doors_no_people() -> None:
    assert synthesise(0, seed=1, on=ON).residents == 0


def test_a_leap_day_birthday_is_possible() -> None:
    people = Synthesiser(seed=5, on=date(2028, 2, 29)).take(3_000)
    assert np.all(people.born_on <= np.datetime64("2028-02-29"))


def test_id_numbers_run_out_with_a_clear_word() -> None:
    from lianglin.people.seed.numbers import Registrar

    registrar = Registrar(seed=1)
    day = np.full(500, np.datetime64("1980-05-05"))
    numbers = registrar.id_numbers(day, np.ones(500, dtype=np.int8))
    assert len(set(numbers.tolist())) == 500
    with pytest.raises(ValueError, match="Load fewer residents"):
        registrar.id_numbers(day[:1], np.ones(1, dtype=np.int8))
