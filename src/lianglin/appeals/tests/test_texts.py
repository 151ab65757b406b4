"""Sample texts: every item in every month, no winter in summer, short titles, hardly two alike."""

from __future__ import annotations

import numpy as np
import pytest

from lianglin.appeals.seed.catalogue import items
from lianglin.appeals.seed.grammar import PHRASE_KINDS, grammars, shared
from lianglin.appeals.seed.texts import TITLE_LENGTH, Told, Wanted, write_texts
from lianglin.appeals.tests.sample_places import sample_places

PLACES = sample_places()
WINTER = (
    "没有清雪",
    "冰溜子",
    "楼下都结冰",
    "盖两床被",
    "整个单元都不热",
    "半夜放鞭炮",
    "教室暖气",
    "等钱过年",
    "冻得受不了",
)
SUMMER = ("杨絮", "天热味道大", "下雨天", "苍蝇", "暑假", "花粉", "一下雨", "挡光到三楼")


def wanted(count: int, month: int | None = None, *, seed: int = 1, event: int = -1, again: int = 0) -> Wanted:
    """So many reports, items by their weight in the month."""
    rng = np.random.default_rng(seed)
    months = rng.integers(1, 13, count) if month is None else np.full(count, month)
    weights = np.array([[item.weight * factor for factor in item.months] for item in items()]).T
    item = np.empty(count, dtype=np.int64)
    for number in range(1, 13):
        here = months == number
        item[here] = rng.choice(len(items()), here.sum(), p=weights[number - 1] / weights[number - 1].sum())
    building = rng.integers(0, len(PLACES), count)
    return Wanted(
        item=item,
        month=months,
        hour=rng.integers(0, 24, count),
        building=building,
        unit=1 + rng.integers(0, 9, count) % PLACES.units[building],
        floor=1 + rng.integers(0, 30, count) % np.maximum(PLACES.floors[building] - 1, 1),
        event=np.full(count, event),
        again=np.full(count, again),
        by_phone=(rng.random(count) < 0.55).astype(int),
    )


def written(rows: Wanted, **more: int) -> list[Told]:
    return list(write_texts(rows, PLACES, seed=9, **more))


def test_the_catalogue_has_5_fields_26_classes_96_items() -> None:
    assert len(items()) == len({item.code for item in items()}) == 96
    assert len({item.category[0] for item in items()}) == 26
    assert len({item.field[0] for item in items()}) == 5


def test_every_item_can_be_told_in_every_month_it_occurs() -> None:
    for item, grammar in zip(items(), grammars(), strict=True):
        for month, factor in enumerate(item.months):
            if factor:
                assert all(getattr(grammar, kind)[month] for kind in PHRASE_KINDS), (item.code, month + 1)


def test_every_slot_is_known() -> None:
    known = {*shared().slots, "s", "c", "b", "u", "f", "f2"}
    for grammar in grammars():
        for kind in PHRASE_KINDS:
            for phrases in getattr(grammar, kind):
                assert {slot for phrase in phrases for slot in phrase[1::2]} <= known


def test_titles_are_short_and_texts_are_filled() -> None:
    told = written(wanted(20_000))
    assert max(len(text.title) for text in told) <= TITLE_LENGTH
    assert all(len(text.title) >= 4 and len(text.body) >= 5 for text in told)
    assert not any("{" in text.body or "}" in text.body or "，，" in text.body for text in told)


def test_97_in_100_are_distinct() -> None:
    told = written(wanted(130_000))
    assert len({text.body for text in told}) >= 0.97 * len(told)


@pytest.mark.parametrize("month", [6, 7, 8])
def test_no_winter_in_summer(month: int) -> None:
    told = " ".join(text.body for text in written(wanted(15_000, month)))
    assert [word for word in WINTER if word in told] == []


@pytest.mark.parametrize("month", [12, 1, 2])
def test_no_summer_in_winter(month: int) -> None:
    told = " ".join(text.body for text in written(wanted(15_000, month)))
    assert [word for word in SUMMER if word in told] == []


def test_a_cold_room_in_july_is_told_as_last_winters() -> None:
    cold = [item.code for item in items()].index("020101")
    rows = wanted(200, 7)
    rows.item[:] = cold
    assert all("去年" in text.title or "上个采暖季" in text.title for text in written(rows))


def test_equal_seeds_give_equal_texts_however_they_are_cut() -> None:
    rows = wanted(1_000)
    whole = written(rows)
    tail = Wanted(*(getattr(rows, name)[400:] for name in Wanted.__dataclass_fields__))
    assert written(tail, first=400) == whole[400:]
    assert list(write_texts(rows, PLACES, seed=10)) != whole


def test_places_are_named_by_their_invented_compound_only() -> None:
    rows = wanted(5_000)
    for text, building in zip(written(rows), rows.building.tolist(), strict=True):
        named = {name for name in PLACES.compounds if name in text.body}
        own = PLACES.compounds[PLACES.compound[building]] if PLACES.compound[building] >= 0 else ""
        assert named <= {own}


def test_who_reports_again_says_so() -> None:
    told = written(wanted(500, again=1))
    said = ("又来", "之前反映", "上次", "第二次", "回访")
    assert np.mean([any(word in text.body for word in said) for text in told]) > 0.7


def test_reports_of_one_event_share_their_matter_more_often() -> None:
    rows = wanted(400, 11, event=77)
    rows.item[:] = [item.code for item in items()].index("020601")
    alone = Wanted(**{**rows.__dict__, "event": np.full(400, -1)})

    def most_told(texts: list[Told]) -> float:
        matters = ("楼道灯不亮", "的灯坏了", "声控灯", "忽明忽暗", "黑漆漆")
        return max(sum(matter in text.title for text in texts) for matter in matters) / len(texts)

    assert most_told(written(rows)) == pytest.approx(0.4 + 0.6 / 5, abs=0.08)
    assert most_told(written(alone)) == pytest.approx(1 / 5, abs=0.08)
