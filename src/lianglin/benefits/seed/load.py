"""Fills a new city: the package that ships comes into force; in the demo the sample measures, too."""

from __future__ import annotations

from pathlib import Path

from lianglin.access.demo import make_login
from lianglin.access.models import Organisation
from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.rules.folder import from_folder
from lianglin.benefits.seed.claims import seed_claims
from lianglin.benefits.seed.matching import first_run
from lianglin.benefits.seed.package import take_over
from lianglin.kit.seeding import SeedContext

PACKAGE = Path(__file__).parents[1] / "data" / "package"


def seed(context: SeedContext) -> None:
    """The package, once; a post for legal affairs in the demo. ``made["benefits"]``: how many measures there are."""
    if not MeasureVersion.objects.exists() and PACKAGE.is_dir():
        take_over(from_folder(PACKAGE), samples=context.demo)
    context.made["benefits"] = {"measures": MeasureVersion.objects.count()}
    context.report("benefits", 0.9)
    if context.demo and "access" in context.made:
        city = Organisation.objects.get(pk=context.made["access"]["city"])
        make_login(
            "legal", "沈示例", city, "legal_reviewer", "", "法制审核员", "Legal reviewer",
            "审核惠民措施的依据和条文", "Checks the basis and the wording of benefit measures",
        )  # fmt: skip
    if context.demo and "people" in context.made:
        first_run(context)
        context.made["benefits"]["claims"] = seed_claims(context)
