"""``lianglin manage create_administrator``: the first administrator of a new city."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lianglin.access.actions import create_first_administrator
from lianglin.kit.errors import HouseError


class Command(BaseCommand):
    help = "Makes the first administrator. The password is asked for, or read from ADMINISTRATOR_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        """Login name and name."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="the person's name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the account and its post; refused when there is an administrator already."""
        password = os.environ.get("ADMINISTRATOR_PASSWORD") or getpass.getpass(
            "Password (12 characters or more): "
        )
        try:
            account = create_first_administrator(
                username=options["username"], name=options["name"], password=password
            )
        except HouseError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{account.username} can log in as administrator. An administrator sees no people.")
