"""The words of a language in one table.

Django keeps a table for every package and goes through them one by one for each word of a page. It means to merge
those that count alike, but compares a function's code with a function (``TranslationCatalog.update``), which never
fits. With eighteen packages a word of the kit is looked for in up to eighteen tables, one that has no translation in
thirty-six.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import trans_real


def join() -> None:
    """Joins the tables of every language, in the order in which they were looked through. Done once, before the first page."""
    for code, _name in settings.LANGUAGES:
        join_tables(trans_real.translation(code)._catalog)


def join_tables(catalogue: Any) -> None:
    """Merges neighbouring tables whose plural forms are counted alike; what stood in the earlier one stays."""
    tables: list[dict[Any, str]] = []
    plurals: list[Any] = []
    for table, plural in zip(catalogue._catalogs, catalogue._plurals, strict=True):
        if plurals and plural.__code__ == plurals[-1].__code__:
            tables[-1] = table | tables[-1]
        else:
            tables.append(table)
            plurals.append(plural)
    catalogue._catalogs[:], catalogue._plurals[:] = tables, plurals
