"""Papers typeset by Typst: data through JSON, never markup made of strings; fonts of the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from lianglin.kit.errors import HouseError

CHINESE = ("Noto Serif CJK SC", "Noto Sans CJK SC")


class NoFont(HouseError):
    """The machine cannot print Chinese."""

    status = 503


@cache
def families() -> frozenset[str]:
    """Names of the font families that this machine has, those of the office's own folder (LIANGLIN_FONTS) among them."""
    return frozenset(typst.Fonts(include_system_fonts=True, font_paths=_own()).families())


def _own() -> list[Any]:
    return [str(settings.FONTS)] if settings.FONTS else []


@cache
def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(input=str(template), root=str(template.parent), font_paths=_own())


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF that a template makes of the data; :class:`NoFont` where the machine has no Chinese font."""
    return cast(bytes, _compiled(template, data, format="pdf"))  # one format, one document


def png(template: Path, data: Mapping[str, Any], *, dots: float) -> bytes:
    """The one page that a template makes of the data as a picture, ``dots`` to the inch."""
    return cast(bytes, _compiled(template, data, format="png", ppi=dots))


def _compiled(template: Path, data: Mapping[str, Any], **how: Any) -> Any:
    if not families().intersection(CHINESE):
        raise NoFont(
            _(
                "This computer has no Chinese font, so no PDF can be made. Ask the administrator to install fonts-noto-cjk."
            )
        )
    return _compiler(template).compile(
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)}, **how
    )
