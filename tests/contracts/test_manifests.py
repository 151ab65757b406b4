"""Every manifest and every table keeps the rules that hold everywhere."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from django.apps import apps
from django.db import models
from django.utils.translation import override

from lianglin.access.actor import role_kinds
from lianglin.access.scoped import ScopedManager, guards
from lianglin.cases.rules import flaws
from lianglin.kit import discovery, side
from lianglin.kit.crypto import EncryptedTextField

OURS = [model for model in apps.get_models() if model.__module__.startswith("lianglin.")]
CJK = re.compile(r"[\u4e00-\u9fff]")
DECLARED = {personal.column: personal for personal in discovery.each("personal")}
ALWAYS_NEUTRAL = {"id", "scope_code"}


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_table_has_a_guard(model: type[models.Model]) -> None:
    assert model._meta.label in guards(), (
        f"{model._meta.label} has no Guard in its manifest: nobody could read it"
    )


def test_every_guard_names_a_table() -> None:
    for label in guards():
        apps.get_model(label)


@pytest.mark.parametrize(
    "model",
    [m for m in OURS if guards().get(m._meta.label) and guards()[m._meta.label].personal],
    ids=lambda m: m._meta.label,
)
def test_every_personal_column_is_declared(model: type[models.Model]) -> None:
    label, guard = model._meta.label, guards()[model._meta.label]
    columns = {field.name for field in model._meta.concrete_fields} | set()
    open_columns = {
        n
        for n in columns
        if n not in ALWAYS_NEUTRAL | set(guard.neutral) and not model._meta.get_field(n).primary_key
    }
    undeclared = {n for n in open_columns if f"{label}.{n}" not in DECLARED}
    assert not undeclared, f"declare in the manifest (personal=) or name as neutral: {sorted(undeclared)}"
    stale = {n for n in guard.neutral if n not in columns and n.removesuffix("_id") not in columns}
    assert not stale, f"neutral names no column: {stale}"


def test_encrypted_columns_live_in_declared_tables() -> None:
    for model in OURS:
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField) and model._meta.app_label != "kit":
                assert f"{model._meta.label}.{field.name}" in DECLARED, f"{model._meta.label}.{field.name}"


def test_declarations_name_columns_that_exist() -> None:
    for column, personal in DECLARED.items():
        app_label, model, field = column.split(".")
        apps.get_model(app_label, model)._meta.get_field(field)
        assert re.fullmatch(r"P(\d+[YMD])+", personal.keep), column


@pytest.mark.parametrize(
    "model",
    [m for m in OURS if any(f.name == "scope_code" for f in m._meta.concrete_fields)],
    ids=lambda m: m._meta.label,
)
def test_scoped_personal_tables_refuse_to_run_unscoped(model: type[models.Model]) -> None:
    guard = guards().get(model._meta.label)
    if guard and guard.personal and model._meta.app_label != "access":
        assert isinstance(model._default_manager, ScopedManager), (
            f"{model._meta.label} needs objects = ScopedManager()"
        )
        assert type(model._base_manager) is models.Manager


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_model_field_and_choice_has_a_chinese_label(model: type[models.Model]) -> None:
    with override("zh-hans"):
        wanting = [] if CJK.search(str(model._meta.verbose_name)) else [f"model: {model._meta.verbose_name}"]
        for field in model._meta.concrete_fields:
            if field.primary_key and field.name == "id":
                continue
            if not CJK.search(str(field.verbose_name)):
                wanting.append(f"{field.name}: {field.verbose_name}")
            wanting += [
                f"{field.name}={code}: {label}"
                for code, label in field.flatchoices
                if code and not CJK.search(str(label))
            ]
    po = f"src/lianglin/{model._meta.app_label}/locale/zh_Hans/LC_MESSAGES/django.po"
    assert not wanting, (
        f"add the Chinese text to {po}, then compile it (lianglin.project.catalogues): {wanting}"
    )


def test_every_declared_label_is_chinese() -> None:
    with override("zh-hans"):
        for manifest in discovery.manifests():
            texts = [duty.label for duty in manifest.duties] + [role.label for role in manifest.roles]
            texts += (
                [item.label for item in manifest.navigation]
                + [i.label for i in manifest.indicators]
                + [i.definition for i in manifest.indicators]
            )
            for lifecycle in manifest.lifecycles:
                texts += (
                    [s.label for s in lifecycle.states]
                    + [m.label for m in lifecycle.moves]
                    + [m.past for m in lifecycle.moves]
                )
                texts += [x.label for x in lifecycle.limits] + [
                    label for _c, label in lifecycle.outcomes + lifecycle.phases
                ]
            wanting = [str(text) for text in texts if str(text) and not CJK.search(str(text))]
            assert not wanting, f"{manifest.code}: {wanting}"


@pytest.mark.parametrize("kind", sorted(discovery.lifecycles()))
def test_lifecycles_have_no_dead_ends(kind: str) -> None:
    assert flaws(discovery.lifecycles()[kind]) == []


def test_every_link_of_the_desk_stands_in_a_group() -> None:
    assert {item.place for item in discovery.each("navigation")} <= {"resident", *side.GROUPS}


def test_duties_named_anywhere_are_declared() -> None:
    declared = {duty.code for duty in discovery.each("duties")}
    used = {move.duty for lifecycle in discovery.lifecycles().values() for move in lifecycle.moves}
    used |= {item.duty for item in discovery.each("navigation") if item.duty}
    used |= {duty for role in role_kinds().values() for duty in role.duties}
    for manifest in discovery.manifests():
        used |= {duty for duties in manifest.role_duties.values() for duty in duties}
        assert set(manifest.role_duties) <= set(role_kinds()), manifest.code
    assert used <= declared, used - declared


def test_dotted_references_can_be_loaded() -> None:
    for manifest in discovery.manifests():
        references = [r for i in manifest.indicators for r in (i.cells, i.at_level, i.rows, i.members) if r]
        references += (
            [a.handler for a in manifest.answers]
            + [x.handler for x in manifest.listeners]
            + [p.context for p in manifest.panels]
        )
        references += [
            *manifest.database,
            *([manifest.seed] if manifest.seed else []),
            *([manifest.api] if manifest.api else []),
        ]
        for reference in references:
            assert discovery.resolve(reference) is not None


def test_notices_speak_both_languages_with_known_fields() -> None:
    for notice in discovery.each("notices"):
        assert {"zh-hans", "en"} <= set(notice.texts), notice.code
        for language, text in notice.texts.items():
            fields = {name for _t, name, _s, _c in Formatter().parse(text) if name}
            assert fields <= set(notice.fields), f"{notice.code} ({language}): {fields - set(notice.fields)}"


def test_retention_names_models_and_durations() -> None:
    for retention in discovery.each("retention"):
        apps.get_model(retention.model)
        assert re.fullmatch(r"P(\d+[YMD])+", retention.keep)
