"""The copy on paper: typeset by Typst, data through JSON, fonts of the machine."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.kit.errors import HouseError
from lianglin.kit.signs import local_dt
from lianglin.privacy.queries.subjects import Held

TEMPLATE = Path(__file__).parent.parent / "data" / "copy.typ"
CHINESE = ("Noto Serif CJK SC", "Noto Sans CJK SC")


class NoFont(HouseError):
    """The machine cannot print Chinese."""

    status = 503


@cache
def _families() -> frozenset[str]:
    return frozenset(typst.Fonts(include_system_fonts=True).families())


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(input=str(TEMPLATE), root=str(TEMPLATE.parent))


def copy_as_pdf(found: list[Held], looks: list[dict[str, Any]], missing: list[str], made_at: Any) -> bytes:
    """The PDF of a copy. :class:`NoFont` where the machine has no Chinese font: the JSON copy says the same."""
    if not _families().intersection(CHINESE):
        raise NoFont(
            _(
                "This computer has no Chinese font, so no PDF can be made. Take the JSON copy, or ask the administrator to install fonts-noto-cjk."
            )
        )
    data = {
        "lang": "en" if get_language() == "en" else "zh",
        "words": {
            "title": _("Copy of the personal data held about you"),
            "made": _("made on %(day)s") % {"day": local_dt(made_at)},
            "intro": _(
                "Made from what is held at this moment. Purpose, basis and keeping time of each item: see the public notice."
            ),
            "looks": _("Who looked"),
            "look_columns": [_("Time"), _("Unit"), _("Purpose"), _("What was shown")],
            "more": _("May be held besides, and looked up on request"),
            "comma": _(", "),
        },
        "tables": [{"label": table.label, "rows": table.shown(plain=True)} for table in found],
        "looks": [{**look, "at": local_dt(look["at"], "short")} for look in looks],
        "not_included": missing,
    }
    made = _compiler().compile(format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    return cast(bytes, made)  # one format, one document
