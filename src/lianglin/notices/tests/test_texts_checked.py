"""What an edited text may not hold, said in words; and how long a text message is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lianglin.kit import discovery
from lianglin.kit.domain import Notice
from lianglin.notices import rules
from lianglin.notices.wording import checks, fields, showing
from lianglin.notices.wording.segments import segments_of, units_of

pytestmark = pytest.mark.rows("R048")
ZH = "您的事{number}办好了，{due}前打电话。查进度：{link} 或打12345。"
NOTICE = Notice(
    "test.done",
    "办好了",
    {"zh-hans": ZH, "en": "Matter {number} done by {due}: {link} or call 12345."},
    ("number", "due", "link", "unit"),
    "right",
)
NOTICES = tuple(discovery.each("notices"))
SITE = "https://city.example.cn"


def said(text: str) -> list[str]:
    found = checks.flaws(NOTICE, {"zh-hans": text, "en": NOTICE.texts["en"]}, SITE, {"number": "2611 0001"})
    return [flaw.words for flaw in found if flaw.variant == "zh-hans"]


def test_every_shipped_text_passes_its_own_checks() -> None:
    for notice in NOTICES:
        values = fields.samples(notice.fields, "zh-hans")
        assert checks.flaws(notice, notice.texts, SITE, values) == [], notice.code


def test_every_message_to_people_has_words_for_elderly_readers_that_name_whom_to_call() -> None:
    for notice in NOTICES:
        if notice.kind == "work" or notice.code == "notices.digest":
            continue
        text = notice.texts["elder"]
        assert text != notice.texts["zh-hans"], notice.code
        if "12345" in notice.texts["zh-hans"]:
            assert "1234" in text or "1212" in text or "110" in text or "12348" in text, notice.code
        sentences = [part for part in text.replace("！", "。").replace("？", "。").split("。") if part]
        assert max(len(part) for part in sentences) <= 60, notice.code


def test_every_placeholder_of_every_message_has_a_meaning() -> None:
    asked = {name for notice in NOTICES for name in notice.fields}
    assert asked <= set(fields.MEANINGS)


@pytest.mark.parametrize(
    "hostile",
    [
        "{number.__class__}", "{number!r}", "{number:>900000000}", "{0}", "{}", "{number[0]}", "{numero} ", "{ number }", "{姓名}",
        "{", "}", "{{number}}", "{number", "{__class__}", "{number:{due}}",
    ],
)  # fmt: skip
def test_only_plain_names_of_the_list_stand_in_braces(hostile: str) -> None:
    assert said(ZH + hostile)


@pytest.mark.parametrize(
    "mark", ["\u202e", "\u200f", "\u200b", "\x00", "\x1b", "\u2066", "\ufeff", "\ue000", "\u2028"]
)
def test_what_nobody_sees_is_refused(mark: str) -> None:
    assert said(ZH.replace("办好", f"办{mark}好"))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/x", "http://city.example.cn/x", "www.taobao.com", "bit.ly/abc", "https://city.example.cn@evil.com/",
        "https://city.example.cn.evil.com/", "javascript://x", "加微信 t.cn/abc",
    ],
)  # fmt: skip
def test_a_link_leads_to_this_site_or_is_refused(link: str) -> None:
    assert said(f"{ZH}看 {link} 。")
    assert not said(f"{ZH}看 {SITE}/help/ 。")


@pytest.mark.parametrize("number", ["13812345678", "1234567", "2022001", "400-12-345", "230103199001011234"])
def test_a_number_that_is_no_offices_is_refused(number: str) -> None:
    assert said(f"{ZH}电话{number}")


@pytest.mark.parametrize("number", ["12345", "110", "024-22220000", "400-123-4567", "2026年12月5日", "95598"])
def test_an_offices_number_may_stand(number: str) -> None:
    assert not said(f"{ZH}电话{number}")


def test_an_unknown_placeholder_is_named_with_the_one_that_was_meant() -> None:
    (words,) = said(ZH + "{nuber}")
    assert "nuber" in words
    assert "{number}" in words


@pytest.mark.parametrize("lost", ["{number}", "{due}", "{link}", "12345"])
def test_what_people_need_has_to_stay(lost: str) -> None:
    assert any(lost.strip("{}") in words for words in said(ZH.replace(lost, "")))


def test_a_text_is_neither_empty_nor_endless() -> None:
    assert said("")
    assert said(ZH + "好" * 600)
    assert said(ZH + "好" * 500), "more than six parts"


@given(some.text(max_size=300))
def test_no_text_makes_the_checks_or_the_preview_fail(text: str) -> None:
    found = said(text)
    assert found, "the placeholders that have to stay are missing"
    showing.shown(NOTICE, {"zh-hans": text or "x"}, NOTICE.texts)


@given(some.text(max_size=60))
def test_a_value_is_never_read_as_a_text(value: str) -> None:
    context = {"number": value, "due": "{number}", "link": "x"}
    assert rules.filled("t", "zh-hans", "{number}|{due}", context) == f"{value}|{{number}}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2), ("好" * 70, 1),
        ("好" * 71, 2), ("好" * 134, 2), ("好" * 135, 3), ("𠮷" * 35, 1), ("𠮷" * 36, 2), ("好" * 65 + "𠮷" + "好" * 67, 2),
        ("好" * 66 + "𠮷" + "好" * 66, 3),
    ],
)  # fmt: skip
def test_parts_are_counted_as_gateways_bill_them(text: str, parts: int) -> None:
    assert segments_of(text) == parts


@given(some.text(max_size=400))
def test_parts_hold_what_they_have_to(text: str) -> None:
    assert segments_of(text) * 160 >= units_of(text)


def test_the_difference_puts_together_again_what_was_and_what_will_be() -> None:
    before, after = "您的事{number}办好了。", "您反映的事（{number}）办好了！"
    pieces = showing.changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
    assert any(piece.text == "{number}" or "{number}" in piece.text for piece in pieces)
