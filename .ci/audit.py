"""Reads what an auditor of packages found (pip-audit or npm audit, JSON on standard input) and says it in a line.

Ends with 1 when a package that is used has a known hole; with 0 when none has, or when the registry did not answer:
then it says so, for a check that could not be made is no finding.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def pip_audit(found: dict[str, Any]) -> tuple[int, int, list[str]]:
    """How many packages were asked for, for how many there was an answer, and the holes."""
    packages = found.get("dependencies", [])
    answered = [package for package in packages if "skip_reason" not in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in answered
        for hole in package.get("vulns", [])
    ]
    return len(packages), len(answered), holes


def npm_audit(found: dict[str, Any]) -> tuple[int, int, list[str]]:
    """The same for npm, which answers for all packages or for none."""
    if "vulnerabilities" not in found:
        return 0, 0, []
    count = found.get("metadata", {}).get("dependencies", {}).get("total", 0)
    holes = [
        f"{name}: {hole['severity']}, {hole['range']}" for name, hole in found["vulnerabilities"].items()
    ]
    return count, count, holes


READERS = {"pip-audit": pip_audit, "npm": npm_audit}


def main(auditor: str, text: str) -> int:
    """Prints the line; returns the process's status."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        found = {}
    asked, answered, holes = READERS[auditor](found)
    if not answered:
        print(f"{auditor}: the registry gave no answer about known holes; nothing was checked.")
        return 0
    print(f"{auditor}: {answered} of {asked} packages looked up, {len(holes)} known holes.")
    for hole in holes:
        print(f"  {hole}")
    return 1 if holes else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.stdin.read()))
