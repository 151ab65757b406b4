"""What appeals do in the background."""

from __future__ import annotations

from lianglin.access.actor import job
from lianglin.appeals import rules
from lianglin.appeals.queries import figures
from lianglin.appeals.queries.indicators import INDICATORS
from lianglin.indicators.actions import refresh
from lianglin.kit import clock
from lianglin.kit.events import CaseMoved
from lianglin.kit.period import Period

_STOCKS = [indicator.code for indicator in INDICATORS if indicator.kind == "stock"]
_FLOWS = [indicator.code for indicator in INDICATORS if indicator.cells and indicator.kind != "stock"]


def refresh_figures(event: CaseMoved) -> None:
    """Counts the figures anew that a move may have changed: its community, in the months of its steps and limits."""
    if event.kind != rules.KIND:
        return
    for month in sorted(figures.months_touched(event.case_id)):
        refresh(by=job(), codes=_FLOWS, span=Period.month_of(month), scope_codes=[event.scope_code])
    this_month = Period.month_of(clock.today())
    refresh(by=job(), codes=_STOCKS, span=this_month, scope_codes=[event.scope_code])
