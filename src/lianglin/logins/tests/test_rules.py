"""Who is meant when several share a number; what counts as a code."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.logins import rules
from lianglin.logins.rules import Person

people = st.lists(
    st.builds(
        Person,
        id=st.integers(1, 10**6),
        name=st.sampled_from(["王芳", "王芳·丽", "李示例", "阿依古丽·买买提"]),
        born_on=st.one_of(st.none(), st.builds(date, st.integers(1948, 1953), st.just(5), st.just(6))),
        scope_code=st.just("230103001001"),
    ),
    max_size=6,
)


def person(year: int, name: str = "王芳", number: int = 1) -> Person:
    return Person(number, name, date(year, 5, 6), "230103001001")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # shared machines
@given(people, st.integers(1948, 1953), st.sampled_from(["", "王芳", "李示例"]))
def test_somebody_meant_is_among_them_and_fits_what_was_said(
    found: list[Person], year: int, name: str
) -> None:
    chosen = rules.meant(found, year=year, name=name)
    if chosen is None:
        assert len(found) != 1
        return
    assert chosen in found
    if len(found) > 1:
        assert chosen.born_on is not None
        assert chosen.born_on.year == year


def test_one_alone_needs_to_say_nothing_and_nobody_is_nobody() -> None:
    assert rules.meant([person(1950)]) == person(1950)
    assert rules.meant([]) is None


def test_the_year_tells_apart_and_the_name_where_it_does_not() -> None:
    family = [person(1950), person(1975, "王丽", 2), person(1975, "赵强", 3)]
    assert rules.meant(family, year=1950) == family[0]
    assert rules.meant(family, year=1975) is None
    assert rules.needs_name(family, 1975)
    assert rules.meant(family, year=1975, name=" 赵 强") == family[2]
    assert rules.meant(family, year=1975, name="王芳") is None


def test_twins_of_one_name_go_to_the_desk() -> None:
    assert rules.meant([person(1990), person(1990, number=2)], year=1990, name="王芳") is None


def test_dots_and_spaces_in_a_name_do_not_matter_but_an_empty_name_is_nobodys() -> None:
    assert rules.same_name("阿依古丽·买买提", "阿依古丽 • 买买提")
    assert not rules.same_name("", "")


def test_a_code_is_six_digits_and_is_read_from_full_width_ones() -> None:
    codes = {rules.new_code() for _one in range(200)}
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(codes) > 190
    assert rules.plain_code(" １２３ 456 ") == "123456"


def test_only_mobile_numbers_get_a_message() -> None:
    assert rules.is_mobile("15400000001")
    assert not rules.is_mobile("02488880000")
