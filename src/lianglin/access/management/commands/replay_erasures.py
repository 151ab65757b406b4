"""`lianglin manage replay_erasures`: after a backup was restored, erases again what it has brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.kit import events
from lianglin.kit.errors import HouseError


class Command(BaseCommand):
    """Runs as the owner and acts as a background task; may be run twice."""

    help = "After a backup was restored: erases again what was erased since, from the ledger."

    def add_arguments(self, parser: Any) -> None:
        """``--ledger``: the exported ledger, where it is newer than the backup."""
        parser.add_argument(
            "--ledger", type=Path, help="exported erasure ledger (JSON lines), newer than the backup"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Erases, and says how many rows were touched."""
        path: Path | None = options["ledger"]
        try:
            lines = tuple(path.read_text(encoding="utf-8").splitlines()) if path else ()
            with acting(job()) as by:
                touched = events.ask(events.ReplayErasures(lines), by=by)
        except OSError as error:
            raise CommandError(
                f"The ledger cannot be read: {error.strerror}. Name the exported file."
            ) from error
        except (HouseError, ValueError) as error:
            raise CommandError(f"Nothing was erased: {error}") from error
        self.stdout.write(f"{touched} rows erased again.")
