"""The traffic model of bench/traffic.md as numbers: who comes, how often, and what they ask for.

``python -m bench._traffic`` prints the tables of traffic.md.
"""

from __future__ import annotations

from dataclasses import dataclass

PEAK_SHARE = 0.16
"""Share of a working day's requests in its busiest hour: eight hours would give 0.125; nine to ten in the morning has
more. Assumption."""
BURST = 1.5
"""Busiest five minutes against the busiest hour's mean. Assumption."""
BUSY_DAY = 1.5
"""A Monday after a holiday, the first cold week of the heating season, against a usual working day. Assumption."""
AT_MOST = 0.6
"""Share of the cores that may be busy in the peak, so that pages stay quick and one machine of two may fail over."""


@dataclass(frozen=True)
class Group:
    """People, or programs, of one kind. ``pages``: kind of request -> how many on a working day, for one of them."""

    name: str
    count: int
    source: str
    present: float
    pages: dict[str, float]

    @property
    def a_day(self) -> float:
        """Requests on a working day, of all of them."""
        return self.count * self.present * sum(self.pages.values())


GROUPS = (
    Group(
        "community workers", 14_000, "dossier 7", 0.85,
        {
            "work": 10, "list": 6, "case": 6, "news": 40, "search": 4, "households": 4, "household": 6, "fact": 4,
            "benefits": 2, "inbox": 3, "figures": 1, "move": 1,
        },
    ),
    Group(
        "coordinators of streets and districts", 1_400, "190 townships with 6, 13 counties with 20: assumption", 0.85,
        {"work": 8, "list": 20, "case": 20, "news": 80, "search": 4, "inbox": 4, "figures": 4, "move": 6},
    ),
    Group(
        "handlers in bureaus and companies", 3_000, "assumption", 0.85,
        {"work": 5, "list": 4, "case": 5, "news": 20, "move": 1, "inbox": 2},
    ),
    Group("managers", 300, "assumption", 0.6, {"figures": 15, "work": 2, "case": 2}),
    Group(
        "residents and firms who look", 40_000, "0.4 percent of 9.2 million a day: assumption", 1.0,
        {"home": 1, "city": 0.3, "public": 0.3, "report": 0.6, "track": 0.3},
    ),
    Group(
        "residents and firms who report", 520, "dossier 7: 130,000 a year on working days", 1.0,
        {"home": 1, "report": 8, "create": 1, "track": 6},
    ),
    Group("programs of the city", 20, "assumption: hotline, grid, bureau systems; one call a minute", 1.0, {"api": 1440}),
)  # fmt: skip
SECONDS_OF_PEAK = 3600


def peak_rate() -> float:
    """Requests a second in the busiest minutes of a busy day, in a city of 9.2 million."""
    return sum(group.a_day for group in GROUPS) * PEAK_SHARE * BURST * BUSY_DAY / SECONDS_OF_PEAK


def mix() -> dict[str, float]:
    """Kind of request -> its share of all requests."""
    by_kind: dict[str, float] = {}
    for group in GROUPS:
        for kind, pages in group.pages.items():
            by_kind[kind] = by_kind.get(kind, 0.0) + group.count * group.present * pages
    whole = sum(by_kind.values())
    return {kind: count / whole for kind, count in by_kind.items()}


def cores(rate: float, cpu_ms: float) -> float:
    """Cores of web, database and background together for so many requests a second of so much CPU each."""
    return rate * cpu_ms / 1000 / AT_MOST


def main() -> None:
    """Prints the tables."""
    print("| who | how many | source | on a working day each | requests a day |\n|---|---|---|---|---|")
    for group in GROUPS:
        pages = ", ".join(f"{kind} {count:g}" for kind, count in group.pages.items())
        print(
            f"| {group.name} | {group.count:,} x {group.present:g} | {group.source} | {pages} | {group.a_day:,.0f} |"
        )
    print(
        f"\nall: {sum(group.a_day for group in GROUPS):,.0f} a day, {peak_rate():.0f} a second at the peak\n"
    )
    for kind, share in sorted(mix().items(), key=lambda pair: -pair[1]):
        print(f"| {kind} | {100 * share:.1f} % |")


if __name__ == "__main__":
    main()
