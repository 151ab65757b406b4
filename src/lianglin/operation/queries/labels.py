"""Names of the machine's own things as people say them: tasks, queues, classes of errors, pages; in both languages.

``data/words.csv`` holds them; what it does not know keeps its own name. The name in the code stands beside it on every
page, as it is what the log is searched for.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access import night
from lianglin.kit import discovery
from lianglin.operation.models import ErrorKind


@cache
def _words() -> dict[tuple[str, str], dict[str, str]]:
    text = files("lianglin.operation").joinpath("data/words.csv").read_text(encoding="utf-8")
    return {(row["kind"], row["name"]): row for row in csv.DictReader(text.splitlines())}


def _word(kind: str, name: str) -> str:
    row = _words().get((kind, name))
    return row["en" if get_language() == "en" else "zh"] if row else ""


def task(name: str) -> str:
    """What a background task does."""
    return _word("task", name) or name


def queue(name: str) -> str:
    """What waits in a queue."""
    return _word("queue", name) or name


def work(name: str) -> str:
    """What a nightly work is called in the plan of the night."""
    return _("the whole night") if name == night.NAME else night.labels().get(name, name)


def error(kind: str) -> str:
    """What a class of errors (with or without its module) means to whoever runs the system."""
    return _word("error", kind.rpartition(".")[2]) or _("a fault in the program")


def failure(sort: str) -> str:
    """What a class of errors of the command line means; "" for what has no word of its own."""
    return _word("error", sort)


def page(route: str) -> str:
    """Where a page belongs: the link that leads to it, else its package; "" for what has neither."""
    for item in discovery.each("navigation"):
        if item.url == route:
            return str(item.label)
    package = route.partition(":")[0]
    return next((str(one.label) for one in discovery.manifests() if one.code == package), "")


def arose(kind: ErrorKind) -> str:
    """The page or task of a kind of error."""
    return page(kind.name) if kind.origin == ErrorKind.Origin.REQUEST else task(kind.name)
