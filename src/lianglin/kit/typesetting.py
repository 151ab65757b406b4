"""Papers typeset by Typst: data through JSON, never markup made of strings; fonts of the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.utils.translation import gettext as _

from lianglin.kit.errors import HouseError

CHINESE = ("Noto Serif CJK SC", "Noto Sans CJK SC")


class NoFont(HouseError):
    """The machine cannot print Chinese."""

    status = 503


@cache
def families() -> frozenset[str]:
    """Names of the font families that this machine has."""
    return frozenset(typst.Fonts(include_system_fonts=True).families())


@cache
def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(input=str(template), root=str(template.parent))


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF that a template makes of the data; :class:`NoFont` where the machine has no Chinese font."""
    if not families().intersection(CHINESE):
        raise NoFont(
            _(
                "This computer has no Chinese font, so no PDF can be made. Ask the administrator to install fonts-noto-cjk."
            )
        )
    made = _compiler(template).compile(
        format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)}
    )
    return cast(bytes, made)  # one format, one document
