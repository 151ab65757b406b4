"""A language's words in one table say what they said in many."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest
from django.utils.translation import trans_real

from lianglin.kit import wordlists


@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_one_table_says_what_many_said(code: str) -> None:
    many: Any = trans_real.DjangoTranslation(code)._catalog
    one = copy(many)
    one._catalogs, one._plurals = list(many._catalogs), list(many._plurals)
    wordlists.join_tables(one)
    assert len(one._catalogs) < len(many._catalogs)
    words = list(many.keys())
    assert {key: one.get(key) for key in words} == {key: many.get(key) for key in words}
    plural = [key for key in words if isinstance(key, tuple)]
    assert bool(plural) == (code == "zh-hans")
    for msgid, _ in plural:
        for number in (1, 2, 5):
            assert _counted(one, msgid, number) == _counted(many, msgid, number)


def _counted(catalogue: Any, msgid: str, number: int) -> str | None:
    try:
        return catalogue.plural(msgid, number)
    except KeyError:
        return None


class Table:
    def __init__(self, words: dict[str, str], plural: Any) -> None:
        self._catalog, self.plural = words, plural


def test_tables_that_count_otherwise_stay_apart_and_the_earlier_word_wins() -> None:
    none, german = (lambda n: 0), (lambda n: int(n != 1))
    catalogue: Any = trans_real.TranslationCatalog()
    catalogue._catalogs = [{"a": "1"}, {"a": "2", "b": "2"}, {"b": "3", "c": "3"}, {"c": "4", "d": "4"}]
    catalogue._plurals = [none, none, german, none]
    before = {key: catalogue.get(key) for key in "abcde"}
    wordlists.join_tables(catalogue)
    assert [len(table) for table in catalogue._catalogs] == [2, 2, 2]
    assert {key: catalogue.get(key) for key in "abcde"} == before
