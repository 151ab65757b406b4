"""Catalogues are compiled and checked without gettext's programs."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from lianglin.kit import discovery
from lianglin.project import catalogues

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
TEMPLATE = """{% load i18n %}
  <h1 title="{% translate 'Title text' %}">{% translate "Hello" %}</h1>
    {% blocktranslate trimmed count n=cases %}
      {{ n }} case
    {% plural %}
      {{ n }} cases
    {% endblocktranslate %}
{{ value|default:_("nothing yet") }} {% translate "May" context "month" %} it's (unbalanced
"""
SOURCE = """
from django.utils.translation import gettext_lazy as _, ngettext
A = _("Appeal")
B = ngettext("%(n)s day", "%(n)s days", 2)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "src" / "lianglin" / "sample"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "page.html").write_text(TEMPLATE)
    (folder / "models.py").write_text(SOURCE)
    monkeypatch.setattr(discovery, "HOUSE", folder.parent)
    monkeypatch.setattr(discovery, "packages", lambda: ("sample",))
    catalogues.catalogue_path("sample").parent.mkdir(parents=True)
    return folder


def write(*entries: tuple[str, str]) -> None:
    text = HEADER + "\n\n".join(f'msgid "{message}"\nmsgstr "{chinese}"' for message, chinese in entries)
    catalogues.catalogue_path("sample").write_text(text + "\n", encoding="utf-8")


def test_finds_every_kind_of_message(package: Path) -> None:
    found = {message for _place, message, _context in catalogues.messages("sample")}
    assert found == {
        "Title text", "Hello", ("%(n)s case", "%(n)s cases"), "nothing yet", "May", "Appeal", ("%(n)s day", "%(n)s days"),
    }  # fmt: skip


def test_a_place_is_file_and_line(package: Path) -> None:
    places = {message: place for place, message, _context in catalogues.messages("sample")}
    assert places["Hello"].endswith("templates/page.html:2")
    assert places["Appeal"].endswith("models.py:3")


def test_names_what_is_missing(package: Path) -> None:
    write(("Hello", "你好"), ("Appeal", ""))
    missing = {found.message for found in catalogues.check()}
    assert "Hello" not in missing
    assert {"Appeal", "May", "%(n)s day"} <= missing


def test_names_a_lost_placeholder(package: Path) -> None:
    write(("Case %(number)s", "编号"))
    path = catalogues.catalogue_path("sample")
    path.write_text(path.read_text().replace('msgid "Case', '#, python-format\nmsgid "Case'))
    assert any("number" in found.problem for found in catalogues.check())


def test_names_one_message_with_two_texts(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django merges the catalogues of all packages: one of the two texts would be shown for both."""
    monkeypatch.setattr(discovery, "packages", lambda: ("sample", "other"))
    catalogues.catalogue_path("other").parent.mkdir(parents=True)
    write(("Hello", "你好"), ("Appeal", "诉求"))
    told_apart = (
        HEADER + 'msgctxt "on the phone"\nmsgid "Hello"\nmsgstr "喂"\n\nmsgid "Appeal"\nmsgstr "诉求"\n'
    )
    catalogues.catalogue_path("other").write_text(told_apart, encoding="utf-8")
    assert not [found for found in catalogues.check() if "pgettext" in found.problem]
    clash = told_apart.replace('msgctxt "on the phone"\n', "")
    catalogues.catalogue_path("other").write_text(clash, encoding="utf-8")
    (found,) = (found for found in catalogues.check() if "pgettext" in found.problem)
    assert (found.package, found.message) == ("other", "Hello")
    assert "你好" in found.problem
    assert "喂" in found.problem


def test_compiles_what_changed(package: Path) -> None:
    write(("Hello", "你好"))
    assert catalogues.compile_all() == ["sample"]
    assert catalogues.compile_all() == []
    with catalogues.catalogue_path("sample").with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Hello") == "你好"
