"""`lianglin manage rebuild_indicators`: counts every figure anew from its rows."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lianglin.access.actor import job
from lianglin.indicators import actions


class Command(BaseCommand):
    help = "Counts all figures anew for the last months and publishes the whole ones. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How far back."""
        parser.add_argument("--months", type=int, default=actions.MONTHS, help="how many months back (26)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs as the database's owner."""
        begun = time.monotonic()
        written = actions.rebuild(by=job(), months=max(1, options["months"]))
        self.stdout.write(f"{written} cells in {time.monotonic() - begun:.1f} s")
