"""``lianglin manage create_administrator``: the first holders of the three offices of a new city."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lianglin.access.actions import FIRST, create_first_officer
from lianglin.kit.errors import HouseError


class Command(BaseCommand):
    help = "Makes the first administrator, security officer or auditor. The password is asked for, or read from ADMINISTRATOR_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        """Login name, name, and which of the three offices."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--office", choices=tuple(FIRST), default="administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the account and its post; refused when the office is held already."""
        password = os.environ.get("ADMINISTRATOR_PASSWORD") or getpass.getpass(
            "Password (12 characters or more): "
        )
        try:
            account = create_first_officer(
                username=options["username"],
                name=options["name"],
                password=password,
                role_code=options["office"],
            )
        except HouseError as error:
            raise CommandError(str(error.message)) from error
        office = options["office"].replace("_", " ")
        self.stdout.write(
            f"{account.username} can log in as {office}. None of the three offices sees people."
        )
        self.stdout.write(
            "A city needs all three, in three hands: --office administrator, security_officer, auditor."
        )
