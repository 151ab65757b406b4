"""Starts the program that fills a template, and bounds it: thirty seconds, one and a half gigabytes, no environment."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from typing import Any

from lianglin.indicators.reports.official import picture
from lianglin.indicators.reports.own.checking import Flaw

SECONDS = 30
LARGEST, UNPACKED = 30_000_000, 80_000_000
"""Bytes of a filled document, and of all its parts."""
PROGRAM = "lianglin.indicators.reports.own.filling"


class Unfilled(Exception):
    """The template could not be filled; ``flaw`` says why (see sayings.py)."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


def filled(
    template: bytes,
    context: dict[str, Any],
    charts: dict[str, str],
    *,
    marks: list[str],
    properties: dict[str, str],
) -> bytes:
    """The document. ``charts``: name -> SVG; ``marks`` stand in the head of every page."""
    pictures = {name: base64.b64encode(picture(svg)).decode() for name, svg in charts.items()}
    task = {
        "template": base64.b64encode(template).decode(), "context": context, "pictures": pictures, "marks": marks,
        "properties": properties,
    }  # fmt: skip
    try:
        ran = subprocess.run(  # noqa: S603 - our own program, fixed arguments
            [sys.executable, "-I", "-m", PROGRAM], input=json.dumps(task).encode(), capture_output=True,
            timeout=SECONDS, env={"LANG": "C.UTF-8"}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unfilled(Flaw("time")) from None
    if ran.returncode < 0:  # killed by a limit
        raise Unfilled(Flaw("time"))
    if ran.returncode != 0:
        raise Unfilled(_why(ran.stderr))
    if len(ran.stdout) > LARGEST or _unpacked(ran.stdout) > UNPACKED:
        raise Unfilled(Flaw("huge"))
    return ran.stdout


def _unpacked(document: bytes) -> int:
    """Bytes of its parts: whoever reads it afterwards has no such bounds."""
    with zipfile.ZipFile(io.BytesIO(document)) as packed:
        return sum(entry.file_size for entry in packed.infolist())


def _why(said: bytes) -> Flaw:
    try:
        told = json.loads(said.decode().splitlines()[-1])
        return Flaw(str(told["code"]), said=str(told["said"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return Flaw("broken")
