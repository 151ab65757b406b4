"""A domain's folder can be deleted and the rest still runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lianglin.kit import discovery

DOMAINS = [name for name in discovery.packages() if name not in (*discovery.GROUND, *discovery.ABOVE)]

SCRIPT = """
import django
django.setup()
from django.core.management import call_command
from lianglin.kit import discovery
assert "{domain}" not in discovery.packages(), discovery.packages()
call_command("check", fail_level="WARNING")
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
from django.urls import get_resolver
from lianglin.access import policies, scoped
for guard in scoped.guards().values():
    policies.statements(guard)
names = {{key for key in get_resolver().namespace_dict}}
assert "{domain}" not in names
from django.test import RequestFactory
from lianglin.kit.context import site
print("routes", sorted(names))
"""


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_house_stands_without(domain: str, tmp_path: Path) -> None:
    copy = tmp_path / "src"
    shutil.copytree(
        discovery.HOUSE,
        copy / "lianglin",
        ignore=shutil.ignore_patterns("tests", "measures", "dist"),
    )
    shutil.rmtree(copy / "lianglin" / domain)
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT.format(domain=domain)],
        env={**os.environ, "PYTHONPATH": str(copy), "DJANGO_SETTINGS_MODULE": "lianglin.project.settings"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
