from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path: Path) -> Path:
    """A store of its own for every test."""
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT
