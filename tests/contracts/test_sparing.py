"""Migrations that draw fewer models say and leave what Django's own way says and leaves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState, StateApps

from lianglin.project import binaries, database
from lianglin.project.embedded import Server
from lianglin.project.sparing import sparing

BY_DJANGO = (
    "import contextlib, sys; from lianglin.project import cli, sparing; sparing.sparing = contextlib.nullcontext; "
    "sys.exit(cli.main(['migrate']))"
)
KEY = ("id", models.BigAutoField(primary_key=True))


def led_to(model: str, name: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(f"kit.{model}", models.CASCADE, related_name=name)


HISTORY = (
    migrations.CreateModel("Shelf", [KEY, ("n", models.IntegerField(unique=True))]),
    migrations.CreateModel("Book", [KEY, ("shelf", led_to("Shelf", "books")), ("x", models.CharField(max_length=9))]),
    migrations.CreateModel("Page", [KEY, ("book", led_to("Book", "pages")), ("before", led_to("Page", "after"))]),
    migrations.AddIndex("shelf", models.Index(fields=["n"], name="shelf_n")),
    migrations.AddConstraint("book", models.UniqueConstraint(fields=["shelf", "x"], name="book_once")),
    migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(x__gt=""), name="book_x")),
    migrations.AddField("shelf", "first", models.ForeignKey("kit.Book", models.SET_NULL, null=True, related_name="+")),
    migrations.CreateModel("Reader", [KEY, ("books", models.ManyToManyField("kit.Book", related_name="readers"))]),
    migrations.AlterField("book", "id", models.CharField(max_length=20, primary_key=True)),
    migrations.AlterField("shelf", "n", models.BigIntegerField()),
    migrations.RemoveConstraint("book", "book_x"),
    migrations.RemoveIndex("shelf", "shelf_n"),
    migrations.RenameField("book", "x", "title"),
    migrations.RenameModel("Book", "Volume"),
    migrations.AddIndex("volume", models.Index(fields=["title"], name="volume_title")),
    migrations.RemoveField("shelf", "first"),
    migrations.DeleteModel("Reader"),
    migrations.CreateModel("Reader", [KEY, ("at", led_to("Page", "readers"))]),
)  # fmt: skip


def said(spare: bool) -> Iterator[str]:
    """The statements of a history in which everything happens that leads from one model to another."""
    state = ProjectState()
    assert not state.apps.get_models()  # from now on each operation draws
    with sparing() if spare else nullcontext():
        for operation in HISTORY:
            old = state.clone()
            operation.state_forwards("kit", state)
            with connection.schema_editor(collect_sql=True) as editor:
                operation.database_forwards("kit", editor, old, state)
            yield from editor.collected_sql


def drawn(spare: bool) -> int:
    """How many classes are made."""
    made = []
    with pytest.MonkeyPatch.context() as patch:
        draw = StateApps.register_model
        patch.setattr(StateApps, "register_model", lambda *given: made.append(given) or draw(*given))
        list(said(spare))
    return len(made)


@pytest.mark.usefixtures("db")
def test_the_same_statements_with_fewer_classes() -> None:
    own = list(said(True))
    assert own == list(said(False))
    assert len(own) > len(HISTORY)
    assert drawn(True) < drawn(False)


@pytest.mark.usefixtures("db")
def test_afterwards_django_draws_as_it_does() -> None:
    before = drawn(False)
    with pytest.raises(ValueError, match="cut off"), sparing():
        raise ValueError("cut off")
    assert drawn(False) == before


@pytest.mark.usefixtures("db")
def test_who_looks_at_whole_models_gets_whole_ones() -> None:
    """What a new model leads to knows of it as soon as the state is asked for its models anew, as RunPython does."""
    state = ProjectState()
    assert not state.apps.get_models()
    with sparing():
        for operation in HISTORY[:5]:
            operation.state_forwards("kit", state)
        state.clear_delayed_apps_cache()
        shelf, book = state.apps.get_model("kit", "shelf"), state.apps.get_model("kit", "book")
    assert [found.related_model for found in shelf._meta.related_objects] == [book]
    assert [one.name for one in shelf._meta.indexes] == ["shelf_n"]
    assert [one.name for one in book._meta.total_unique_constraints] == ["book_once"]


@pytest.mark.deep
def test_the_whole_history_leaves_the_same_database(postgres: Server, tmp_path: Path) -> None:
    """The run's template was migrated sparingly; another server is migrated as Django does it by itself."""

    def left(server: Server, name: str) -> str:
        wanted = (
            ("--schema-only",),
            ("--data-only", "--inserts", "-t", "django_content_type", "-t", "auth_permission"),
        )
        dumps = [
            subprocess.run(
                [str(binaries.find_programs() / "pg_dump"), "--dbname", server.dsn(dbname=name), *words],
                capture_output=True, text=True, check=True,
            ).stdout
            for words in wanted
        ]  # fmt: skip
        return re.sub(r"^\\(un)?restrict .*$", "", "".join(dumps), flags=re.MULTILINE)

    with (
        tempfile.TemporaryDirectory(prefix="ll-own-", dir="/tmp") as folder,
        Server.start(Path(folder) / "pg") as server,
    ):
        environ = {
            **os.environ,
            "DATABASE_URL": server.dsn(dbname="our_city"),
            "LIANGLIN_DATA": str(tmp_path),
        }
        ran = subprocess.run([sys.executable, "-c", BY_DJANGO], env=environ, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        assert left(server, "our_city") == left(postgres, database.NAME)
