"""Worked examples of a measure, run: what comes out otherwise than the example says."""

from __future__ import annotations

from collections.abc import Iterable

from lianglin.engines.eligibility.examples import Finding, run_examples
from lianglin.engines.eligibility.package import Package


def failures(package: Package, measures: Iterable[str] | None = None) -> dict[str, tuple[Finding, ...]]:
    """Code -> its examples that come out otherwise; of some measures, or of all."""
    found: dict[str, list[Finding]] = {}
    for finding in run_examples(package, measures):
        if not finding.holds:
            found.setdefault(finding.measure, []).append(finding)
    return {code: tuple(findings) for code, findings in found.items()}
