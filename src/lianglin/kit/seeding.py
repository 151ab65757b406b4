"""What a package's ``seed`` function is given when the demo city is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

Report = Callable[[str, float], None]
"""(what is being done, share done 0-1 within this package)"""


@dataclass
class SeedContext:
    """One run of ``lianglin city build``.

    Seeds run in layer order as database role owner; what a lower floor made is handed up in ``made``
    (e.g. ``made["places"]``), keyed by package name.
    """

    residents: int
    seed: int
    data: Path
    until: datetime
    report: Report
    source: Path | None = None
    demo: bool = True
    made: dict[str, Any] = field(default_factory=dict)
