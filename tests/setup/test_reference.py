"""The generated reference says what the program says."""

from __future__ import annotations

import pytest

from lianglin.project import cli, environment, reference


@pytest.mark.parametrize("name", ["settings.md", "settings.zh.md", "commands.md"])
def test_the_committed_page_is_the_generated_one(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run “make docs”"


def test_every_command_explains_itself() -> None:
    assert {"demo", "serve", "worker", "migrate", "city", "audit", "coverage"} <= {
        name for name, _ in cli.overview()
    }
    assert all(text.endswith((".", "shell")) for _, text in cli.overview())


def test_every_setting_is_on_the_page() -> None:
    page = (reference.FOLDER / "settings.md").read_text(encoding="utf-8")
    assert all(f"`{row.name}`" in page for row in environment.table().values())
