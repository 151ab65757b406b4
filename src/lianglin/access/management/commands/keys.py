"""`lianglin manage keys`: under which key what rests, and the rotation to the newest one."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lianglin.access import rotation
from lianglin.kit.crypto import algorithm_of, newest_key


class Command(BaseCommand):
    help = (
        "Shows how many values rest under each key of LIANGLIN_FIELD_KEYS; --rotate brings all to the newest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Rotate now instead of in the background."""
        parser.add_argument(
            "--rotate", action="store_true", help="encrypt everything anew now, until it is done"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs as the database's owner. Ends with an error when a value rests under a key that is not in the ring."""
        if options["rotate"]:
            begun = time.monotonic()
            done = rotation.run(seconds=24 * 3600, again=True)
            self.stdout.write(f"{done.changed} values encrypted anew in {time.monotonic() - begun:.1f} s")
        ring: dict[int, bytes] = settings.FIELD_KEYS
        for number, key in sorted(ring.items()):
            use = "encrypts" if number == newest_key() else "decrypts only"
            self.stdout.write(f"key {number}: {algorithm_of(key)}, {use}")
        lost = []
        for column, number, rows in rotation.rows_per_key():
            self.stdout.write(f"{column}: {rows} values under key {number}")
            if number not in ring:
                lost.append(f"{column} (key {number}, {rows} values)")
        if lost:
            raise CommandError(f"Not readable, put the key back into LIANGLIN_FIELD_KEYS: {', '.join(lost)}")
