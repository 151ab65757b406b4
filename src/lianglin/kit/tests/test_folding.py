"""A folded template says to the byte what the plain one says, in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.template.base import TextNode
from django.template.loader_tags import BlockNode, ExtendsNode
from django.templatetags.i18n import TranslateNode
from django.utils import translation

LIBRARIES = {"i18n": "django.templatetags.i18n", "static": "django.templatetags.static",
             "kit": "lianglin.kit.templatetags.kit"}  # fmt: skip
FILES = "django.template.loaders.filesystem.Loader"
FOLDING = "lianglin.kit.folding.Loader"

PIECES = {
    "words": '{% load i18n %}<b>{% translate "Log out" %}</b> {% comment %}x{% endcomment %}{# y #}{% translate "100% & <more>" %}',
    "words of the page": '{% load i18n %}{% translate said %}{% translate "Log out" as out %}{{ out }}{% translate "Log out"|upper %}',
    "words with a context": '{% load i18n %}{% translate "Large" context "size of type" %}{% translate "Log out" noop %}',
    "addresses": '{% load static kit %}{% static "kit/icons.svg" %}{% url "kit:elder" %}{% icon "phone" %}{% icon drawing %}',
    "an address that is not there": '{% if absent %}{% url "nowhere:at-all" %}{% endif %}ok',
    "branches": '{% load i18n %}{% if yes %}{% translate "Log out" %}{% elif absent %}{% translate "Sample data" %}{% else %}no{% endif %}'
    '{% for n in many %}{% translate "Log out" %}{{ n }}{% empty %}{% translate "Sample data" %}{% endfor %}',
    "another language inside": '{% load i18n %}{% language "en" %}{% translate "Log out" %}{% endlanguage %}{% translate "Log out" %}',
    "blocks": '{% extends "base" %}{% load i18n %}{% block body %}{{ block.super }}{% translate "Sample data" %}{% include "part" %}{% endblock %}',
    "unescaped": '{% load i18n %}{% autoescape off %}{% translate "100% & <more>" %}{{ said }}{% endautoescape %}',
    "bound": "{% load i18n %}{% blocktranslate with x=said %}Look at {{ x }}{% endblocktranslate %}"
    '{% with a=said %}{% translate "Log out" %}{{ a }}{% endwith %}',
    "addresses with values": '{% url "places:boundary" code %}{% url "kit:elder" %}{% url "files:show" "a-7" %}{% url said_url code %}'
    '{% url "places:boundary" code=code %}{% url "places:boundary" code as there %}{{ there }}{% if absent %}{% url "no:where" 1 %}{% endif %}',
    "named templates": '{% include "part" with said="x" only %}{% for n in many %}{% include "part" %}{% endfor %}{% include "./part" %}'
    "{% include which %}{% include 'pa'|add:'rt' %}",
}
GIVEN: dict[str, Any] = {
    "said": "Sample <data>",
    "yes": True,
    "many": [1, 2],
    "drawing": "lock",
    "which": "part",
    "code": "230103001001",
    "said_url": "places:boundary",
}


@pytest.fixture(autouse=True)
def no_manifest(settings: Any) -> None:
    """Static files by their own names: none is collected for a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base").write_text(
        '{% load i18n %}<p>{% translate "Log out" %}</p>{% block body %}[{% translate "Log out" %}]{% endblock %}'
    )
    (tmp_path / "part").write_text('{% load i18n %}({% translate "Log out" %}{{ said }})')
    for name, text in PIECES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def engine(folder: Path, *, folding: bool) -> Engine:
    inner: list[Any] = [FILES]
    return Engine(dirs=[str(folder)], loaders=[(FOLDING, inner)] if folding else inner, libraries=LIBRARIES)


def made(engine: Engine, name: str) -> str:
    return engine.get_template(name).render(Context(GIVEN))


@pytest.mark.parametrize("name", PIECES)
def test_the_same_to_the_byte(name: str, folder: Path) -> None:
    folding = engine(folder, folding=True)
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            assert made(folding, name) == made(engine(folder, folding=False), name)


def test_a_template_named_in_quotes_is_looked_up_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folding = engine(folder, folding=True)
    first = made(folding, "blocks")
    template = folding.get_template("blocks")
    monkeypatch.setattr(folding, "find_template", lambda *_a, **_k: pytest.fail("looked up again"))
    assert template.render(Context(GIVEN)) == first


def test_an_included_template_that_is_not_there_is_an_error_when_it_is_wanted(folder: Path) -> None:
    (folder / "wants").write_text(
        '{% if absent %}{% include "nowhere" %}{% endif %}ok{% if yes %}{% include "nowhere" %}{% endif %}'
    )
    template = engine(folder, folding=True).get_template("wants")
    assert template.render(Context({})) == "ok"
    with pytest.raises(TemplateDoesNotExist, match="nowhere"):
        template.render(Context(GIVEN))


def test_each_language_has_its_own(folder: Path) -> None:
    folding = engine(folder, folding=True)
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(made(folding, "words"))
    assert said[0] != said[1]
    assert "Log out" in said[1]


def test_what_never_changes_is_one_text(folder: Path) -> None:
    template: Template = engine(folder, folding=True).get_template("words")
    assert [type(node) for node in template.nodelist] == [TextNode]
    [whole] = engine(folder, folding=True).get_template("blocks").nodelist
    assert isinstance(whole, ExtendsNode)
    assert isinstance(block := whole.blocks["body"], BlockNode)
    assert len(block.nodelist) == 3


def test_an_address_that_is_asked_for_is_still_an_error(folder: Path) -> None:
    from django.urls import NoReverseMatch

    with pytest.raises(NoReverseMatch):
        engine(folder, folding=True).get_template("an address that is not there").render(
            Context({"absent": True})
        )


def test_the_house_uses_it() -> None:
    from django.template import engines

    template = engines["django"].get_template("kit/components/tools.html").template  # pyright: ignore[reportAttributeAccessIssue]
    assert list(template.nodelist.get_nodes_by_type(TextNode))
    assert list(template.nodelist.get_nodes_by_type(TranslateNode)) == []
