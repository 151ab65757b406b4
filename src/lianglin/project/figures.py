"""Where the processes of one service keep the figures that they share, so that any of them can answer for all.

prometheus_client decides when it is first imported whether its values live in the process or in mapped files of a
folder; so the folder is named here, before anything imports it. Each service on a machine has a folder of its own.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def keep_in(data: Path, service: str) -> None:
    """Makes the folder anew (what an earlier run left there would count twice) and names it to this process's children."""
    home = data / "metrics" / service
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[FOLDER] = str(home)
