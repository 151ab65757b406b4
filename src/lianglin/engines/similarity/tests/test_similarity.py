"""What the engine promises: equal texts are near, reasons are the asker's own words, nothing worse replaces a model."""

from __future__ import annotations

import hashlib
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianglin.engines import similarity
from lianglin.engines.similarity import encoder, pairs, reading, texts

EXAMPLE = runpy.run_path(str(Path(__file__).parents[5] / "examples" / "similarity.py"))
CHINESE = st.text(alphabet="屋面漏雨楼道灯不亮下水堵了，。 3a\n", max_size=60)


@pytest.fixture(scope="module")
def model() -> similarity.Model:
    rng = np.random.default_rng(1)
    history = EXAMPLE["history"](1200, rng)
    return similarity.fit_model(history, EXAMPLE["CODES"], EXAMPLE["CLASS_OF"], EXAMPLE["REACH"], seed=1)


def _match(model: similarity.Model, text: str, earlier: str, **changes: object) -> list[similarity.Match]:
    asked = EXAMPLE["one_report"](model, text, 11.0)
    other = replace(EXAMPLE["one_report"](model, earlier, 10.0), **changes)
    return similarity.matches(model, text, asked, other, np.array([0]))


@given(st.lists(CHINESE, max_size=6))
def test_bags_hold_each_gram_once_in_order_and_survive_being_kept(said: list[str]) -> None:
    bags = similarity.bags(said)
    assert len(bags) == len(said)
    for k in range(len(bags)):
        gram = bags.of(k).astype(np.int64)
        assert (np.diff(gram) > 0).all()
        assert (gram < texts.GRAMS).all()
    again = similarity.joined([similarity.kept(bags, k) for k in range(len(bags))])
    assert (again.gram == bags.gram).all()
    assert (again.start == bags.start).all()


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("和宁12苑3号楼2单元漏水", [12, 3, 2]),
        ("５栋不热", [-1, 5, -1]),
        ("4号楼和6号楼都停电", [-1, 4, -1]),
        ("电话13900000000，交了80元，11月3号", [-1, -1, -1]),
        ("123456苑", [-1, -1, -1]),
    ],
)
def test_the_numbers_of_an_address_stand_beside_the_grams(said: str, where: list[int]) -> None:
    bags = similarity.bags(["", said])
    assert bags.where.tolist() == [[-1, -1, -1], where]
    again = similarity.joined([similarity.kept(bags, 0), similarity.kept(bags, 1)])
    assert again.where.tolist() == bags.where.tolist()
    assert (again.gram == bags.gram).all()


@given(CHINESE)
def test_a_text_has_the_same_bag_alone_and_among_others(text: str) -> None:
    alone, among = similarity.bags([text]).of(0), similarity.bags(["屋面漏雨", text, ""]).of(1)
    assert (alone == among).all()


@given(CHINESE)
def test_signs_spaces_and_house_numbers_make_no_difference(text: str) -> None:
    assert (similarity.bags([f"{text} 12号"]).of(0) == similarity.bags([f"{text}，98号！"]).of(0)).all()


@settings(deadline=None)
@given(CHINESE, st.integers(-1, 2))
def test_readings_are_probabilities_whatever_is_said_and_chosen(text: str, chosen: int) -> None:
    reader = _reader()
    found = reader.with_choice(reader.probabilities(similarity.bags([text])), np.array([chosen]))
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1, abs=1e-4)


_READERS: list[reading.Reader] = []


def _reader() -> reading.Reader:
    if not _READERS:
        said, item = EXAMPLE["texts"](400, np.random.default_rng(2))
        _READERS.append(reading.fit(similarity.bags(said), item, 3))
    return _READERS[0]


def test_one_text_is_read_as_many_are() -> None:
    bags = similarity.bags(["屋面漏雨", "楼道灯不亮"])
    many = _reader().probabilities(bags)
    one = _reader().probabilities(similarity.bags(["楼道灯不亮"]))
    assert np.allclose(many[1], one[0], atol=1e-5)


def test_the_catalogues_own_names_are_read_though_nobody_has_written_them() -> None:
    said, item = EXAMPLE["texts"](400, np.random.default_rng(2))
    named = reading.fit(similarity.bags(said), item, 3, names=("屋漏", "公共照明", "管网疏通"))
    asked = similarity.bags(["管网疏通"])
    assert named.probabilities(asked)[0].argmax() == 2
    assert named.probabilities(asked)[0, 2] > 0.9 > _reader().probabilities(asked)[0, 2]


def test_what_is_reported_often_is_likelier_where_words_say_little() -> None:
    said, item = EXAMPLE["texts"](400, np.random.default_rng(2))
    often = reading.fit(similarity.bags(said), item, 3, usual=np.array([10, 10, 10_000]))
    assert often.probabilities(similarity.bags(["望回复"]))[0].argmax() == 2
    assert often.probabilities(similarity.bags(["楼道灯不亮"]))[0].argmax() == 1


def test_a_text_tells_that_it_was_reported_before_once_repeats_were_met() -> None:
    said, _item = EXAMPLE["texts"](400, np.random.default_rng(3))
    again = np.arange(400) % 4 == 0
    told = [f"之前反映过，{text}" if more else text for text, more in zip(said, again, strict=True)]
    taught = reading.with_repeats(_reader(), similarity.bags(told), again)
    asked = similarity.bags(["之前反映过，楼道灯不亮", "楼道灯不亮"])
    first, second = taught.repeats(asked).tolist()
    assert first > 0.7 > 0.3 > second
    few = reading.with_repeats(_reader(), similarity.bags(told[:40]), again[:40])
    assert few.repeats(asked).max() < 0.001


def test_a_persons_later_report_of_a_matter_is_a_repeat_and_a_neighbours_is_not() -> None:
    history = replace(
        EXAMPLE["history"](4, np.random.default_rng(1)),
        matter=np.array([0, 0, 0, 1, -1, -1, 0]), person=np.array([5, 6, 5, 5, 5, 5, 0]), at=np.arange(7.0),
    )  # fmt: skip
    assert history.repeats(np.arange(7)).tolist() == [False, False, True, False, False, False, False]


@pytest.mark.rows("R061")
def test_other_words_for_the_same_thing_nearby_are_one_matter(model: similarity.Model) -> None:
    found = _match(model, "楼顶渗水，望回复", "屋面漏雨，请尽快处理")
    assert [match.strong for match in found] == [True]
    assert found[0].days == pytest.approx(1)


def test_another_matter_at_the_same_place_is_not_offered(model: similarity.Model) -> None:
    assert _match(model, "楼顶渗水", "楼道灯不亮") == []


def test_the_same_matter_three_kilometres_away_is_not_offered(model: similarity.Model) -> None:
    assert _match(model, "楼顶渗水", "楼顶渗水", lon=np.array([126.69]), building=np.array([13])) == []


def test_words_shown_are_the_askers_own_and_no_politeness(model: similarity.Model) -> None:
    text = "您好，楼顶渗水，请尽快处理"
    found = _match(model, text, "您好，楼顶渗水了，张三的电话13900000000，请尽快处理")
    assert found[0].shared
    assert all(word in text for word in found[0].shared)
    assert not any("您好" in word or "尽快" in word for word in found[0].shared)


def test_what_concerns_one_person_alone_is_repeated_by_that_person_only(model: similarity.Model) -> None:
    own = replace(model, weighing=replace(model.weighing, reach=np.full(3, -1.0)))
    assert _match(own, "楼顶渗水", "楼顶渗水") == []
    asked = replace(EXAMPLE["one_report"](own, "楼顶渗水", 11.0), person=np.array([7]))
    earlier = replace(EXAMPLE["one_report"](own, "楼顶渗水", 10.0), person=np.array([7]))
    assert similarity.matches(own, "楼顶渗水", asked, earlier, np.array([0]))[0].same_person


@pytest.mark.rows("R061")
def test_a_suggestion_says_how_sure_it_is_and_which_words_made_it(model: similarity.Model) -> None:
    first, second, _third = similarity.suggest(model, "单元门灯一直黑着，老人不敢下楼")
    assert (first.item, first.chance > 3 * second.chance) == (1, True)
    assert "灯" in "".join(first.words)
    assert similarity.suggest(model, "，。") == []


def test_one_text_is_as_near_to_many_as_each_pair_is(model: similarity.Model) -> None:
    told = ["楼顶渗水", "楼顶渗水，望回复", "", "楼道灯不亮"]
    many = [EXAMPLE["one_report"](model, text, 10.0) for text in told]
    others = replace(many[0].take(np.zeros(4, np.int64)), bags=similarity.bags(told))
    asked = EXAMPLE["one_report"](model, "楼顶渗水了，请回复", 11.0)
    zero, every = np.zeros(4, np.int64), np.arange(4)
    one = pairs.cosine_to_one(model.reader, asked, others, every)
    assert np.allclose(one, pairs.cosine(model.reader, asked, zero, others, every), atol=1e-5)
    assert one[0] > one[3] > one[2] == 0


def test_texts_are_looked_at_only_where_they_can_still_decide(model: similarity.Model) -> None:
    rng = np.random.default_rng(3)
    found = rng.random((500, len(pairs.FEATURES))).astype(np.float32) * 2 - 1
    found[:, pairs.FEATURES.index("covered")] = rng.random(500)
    found[:, pairs.TEXT_FROM :] = 0
    left = ~pairs.hopeful(model.weighing, found)
    best = pairs.with_text(found.copy(), np.ones(500, np.float32))
    assert (pairs.chances(model.weighing, best)[left] < pairs.OFFERED).all()


def test_the_index_finds_what_looking_at_everything_finds(model: similarity.Model) -> None:
    history = EXAMPLE["history"](300, np.random.default_rng(5))
    reports = history.reports(model, np.arange(len(history)))
    index = similarity.Index.of(reports, model.class_of)
    number, row = index.earlier(reports, model.class_of, each=1000)
    found = set(zip(number.tolist(), row.tolist(), strict=True))
    kind = model.class_of[np.argmax(reports.reads, axis=1)]
    for i in range(0, len(reports), 7):
        far = similarity.metres(reports.lon, reports.lat, reports.lon[[i]], reports.lat[[i]])
        gap = reports.at[i] - reports.at
        near = np.nonzero((far <= 265) & (gap > 0) & (gap <= 90) & (kind == kind[i]))[0]
        assert {(i, int(k)) for k in near} <= found


def test_a_kept_model_is_mapped_and_says_the_same(model: similarity.Model, tmp_path: Path) -> None:
    saved = similarity.save(model, tmp_path)
    again = similarity.load(tmp_path, saved.version, whole=True)
    text = "下水堵了"
    assert similarity.suggest(again, text) == similarity.suggest(model, text)
    assert similarity.save(model, tmp_path).version == saved.version


def test_a_damaged_or_missing_model_is_refused(model: similarity.Model, tmp_path: Path) -> None:
    saved = similarity.save(model, tmp_path)
    file = tmp_path / saved.version / "weight.npy"
    file.write_bytes(file.read_bytes()[:-4] + b"\0\0\x80\x3f")
    with pytest.raises(similarity.Damaged, match="not what was fitted"):
        similarity.load(tmp_path, saved.version, whole=True)
    file.unlink()
    with pytest.raises(similarity.Damaged, match="Fit it anew"):
        similarity.load(tmp_path, saved.version)


def test_a_worse_model_replaces_none() -> None:
    old = {"top1": 0.9, "recall": 0.8}
    assert similarity.not_worse({"top1": 0.9, "recall": 0.85}, old)
    assert not similarity.not_worse({"top1": 0.95, "recall": 0.7}, old)


def test_too_little_to_learn_from_is_said() -> None:
    with pytest.raises(ValueError, match="at least 20 texts"):
        reading.fit(similarity.bags(["屋面漏雨"]), np.array([0]), 1)


@pytest.mark.rows("R061")
def test_a_planted_concentration_is_found_and_weather_over_the_whole_city_is_not() -> None:
    rng = np.random.default_rng(4)
    item, place = rng.integers(0, 5, 8000), rng.integers(0, 40, 8000)
    at, person = rng.random(8000) * 365, np.arange(1, 8001)
    item[:40], place[:40], at[:40] = 3, 17, 200 + rng.random(40) * 20
    item[100:900], at[100:900] = 1, 50 + rng.random(800) * 3
    found = similarity.concentrations(item, place, place // 8, at, person)
    assert [(one.item, one.street) for one in found] == [(3, 2)]
    assert np.isin(np.arange(40), found[0].rows).all()


def test_a_place_that_reports_its_usual_number_all_in_one_quarter_is_no_concentration() -> None:
    rng = np.random.default_rng(6)
    item, place = rng.integers(0, 60, 9000), rng.integers(0, 30, 9000)
    at, person = rng.random(9000) * 400, np.arange(1, 9001)
    own = np.nonzero((item == 7) & (place == 4))[0]
    item[own], own = 8, own[:5]
    item[own], at[own] = 7, 100 + rng.random(5) * 90
    found = similarity.concentrations(item, place, place // 6, at, person)
    assert (7, 0) not in [(one.item, one.street) for one in found]


def test_one_person_many_times_is_no_concentration() -> None:
    item, place = np.zeros(600, np.int64), np.arange(600) % 30
    at, person = np.linspace(0, 365, 600), np.arange(1, 601)
    place[:25], at[:25], person[:25] = 4, 100.0, 1
    assert similarity.concentrations(item, place, place, at, person) == []


def test_an_encoder_with_another_digest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"not the one")
    right = hashlib.sha256(b"not the one").hexdigest()
    assert encoder.checked(file, right.upper()) == b"not the one"
    for path, digest, words in (
        (file, "0" * 64, "has the digest"),
        (file, "abc", "no SHA-256"),
        (tmp_path / "none", right, "cannot be read"),
    ):
        with pytest.raises(similarity.WrongEncoder, match=words):
            encoder.checked(path, digest)


class _Session:
    def get_inputs(self) -> list[object]:
        return [type("Input", (), {"name": name}) for name in ("input_ids", "attention_mask")]

    def run(self, _outputs: None, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        return [np.stack([given["input_ids"], np.ones_like(given["input_ids"])], axis=2).astype(np.float32)]


def test_an_encoder_gives_rows_of_length_one_whatever_stands_beside() -> None:
    own = similarity.OnnxEncoder(_Session(), {"[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "屋": 9})
    both, alone = own.encode(["屋", "屋屋漏漏雨"]), own.encode(["屋"])
    assert np.allclose(np.linalg.norm(both, axis=1), 1, atol=1e-5)
    assert np.allclose(both[0], alone[0])


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    EXAMPLE["main"]()
    assert "same matter" in capsys.readouterr().out
