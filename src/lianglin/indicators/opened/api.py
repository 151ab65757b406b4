"""The API's twin of the open files: the same rows, documented with the rest of the interface."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import StringConstraints

from lianglin.access.api import PROBLEMS, anybody
from lianglin.indicators.opened import files, queries
from lianglin.indicators.opened.views import data
from lianglin.kit.errors import Missing

router = Router()
Month = Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]


class AskingRows(Schema):
    """One level of places, and months like 2026-11; without months the newest ones."""

    level: Literal["city", "county", "township", "community", "parts"] = "city"
    since: Month = Field("", description="first month")
    until: Month = Field("", description="last month")


class OpenRowOut(Schema):
    """One published cell; ``suppressed`` is "hidden" where its counts are not shown."""

    indicator: str
    month: str
    level: str
    place_code: str
    place: str
    member: str
    member_label: str
    value: float | None
    unit: str
    numerator: int | None
    denominator: int | None
    suppressed: str
    origin: str
    definition_version: str
    first_published: str
    published: str
    revision: int


class OpenRowsOut(Schema):
    """The rows, in the order of month and code; a place without a row in a published month counted nothing."""

    items: list[OpenRowOut]


@router.get(
    "{code}/rows", response={200: OpenRowsOut, **PROBLEMS}, auth=anybody, url_name="indicators_open_rows"
)
def rows(request: HttpRequest, code: str, asking: Query[AskingRows]) -> Any:
    """The published rows of a figure at one level, as in its files."""
    data.counted(request)
    indicator = data.figure(code)
    known = queries.months_of([code]).get(code)
    if known is None:
        raise Missing(_("Nothing of this figure is published yet."))
    given = {"level": asking.level, "from": asking.since, "to": asking.until}
    asked = data.asked_of({key: value for key, value in given.items() if value}, indicator, known)
    names = [column.name for column in files.COLUMNS]
    return Status(200, {"items": [dict(zip(names, row, strict=True)) for row in files.rows_of(asked)]})
