"""`lianglin benefits import FOLDER` and `lianglin benefits export FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from lianglin.access.actor import Actor
from lianglin.access.transaction import acting
from lianglin.benefits.actions import folders
from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.queries import packages
from lianglin.benefits.rules import life
from lianglin.benefits.rules.folder import BadFolder, from_folder, to_folder
from lianglin.benefits.seed.package import take_over
from lianglin.engines.eligibility.package import Problem
from lianglin.kit import clock
from lianglin.kit.errors import HouseError


def import_command(arguments: list[str]) -> int:
    """Checks a folder and takes it in, all or nothing: drafts, or what is in force where a city has no measures yet."""
    if len(arguments) != 1:
        print("Name the folder: lianglin benefits import FOLDER", file=sys.stderr)
        return 2
    try:
        texts = from_folder(Path(arguments[0]))
        return _take(texts)
    except BadFolder as error:
        return _listed(error.problems)
    except folders.BadPackage as error:
        for _zh, en in error.failures:
            print(en)
        return _listed(error.problems)
    except HouseError as error:
        print(str(error.message), file=sys.stderr)
        return 1


def _take(texts: dict[str, str]) -> int:
    if not MeasureVersion.objects.exists():
        folders.check(texts)
        print(f"{take_over(texts, samples=True)} measures are in force: this city had none.")
        return 0
    with acting(_importer()) as by:
        found = folders.take_in(texts, by=by)
    print(
        f"{len(found.new)} new measures and {len(found.changed)} next versions are drafts, {found.same} are as they were; "
        f"{len(found.values)} values of parameters wait for a second person."
    )
    return 0


def _importer() -> Actor:
    """The command line writes drafts, and nothing but drafts."""
    return Actor(role="job", low="", high="~", duties=frozenset({life.DRAFT}), purposes=frozenset({"system"}))


def _listed(problems: list[Problem] | tuple[Problem, ...]) -> int:
    for one in problems:
        allowed = f" Allowed: {', '.join(one.allowed)}." if one.allowed else ""
        print(
            f"{one.path}:{one.line}:{one.column}: {one.message_en}{f' ({one.word})' if one.word else ''}.{allowed}"
        )
    print(f"{len(problems)} problems. Nothing was taken over.", file=sys.stderr)
    return 1


def export_command(arguments: list[str]) -> int:
    """Writes the package in force as a folder."""
    if len(arguments) != 1:
        print("Name the folder: lianglin benefits export FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} is not empty. Name a new folder.", file=sys.stderr)
        return 1
    texts = packages.texts(clock.today())
    to_folder(texts, folder)
    print(f"{len(texts)} files are in {folder}.")
    return 0
