"""The way of a matter as data: its states, the moves between them, and the limits of its stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lianglin.kit.guards import Text


@dataclass(frozen=True)
class State:
    """One state of a lifecycle. ``final`` ends the case; ``phase`` is the step a resident is shown.

    ``expects`` names the move that is due next: its duty says for whom the case waits. A case that ``follows``
    another waits for nobody: what becomes of the other is told to it.
    """

    code: str
    label: Text
    phase: str = ""
    expects: str = ""
    final: bool = False
    settled: bool = False
    paused: bool = False
    follows: bool = False


@dataclass(frozen=True)
class Limit:
    """A clock of one stage: it starts with ``starts`` moves, ends with ``stops`` moves.

    ``amount`` in ``unit``; where ``setting`` names a key, the domain passes the amount with the move. For an
    urgent case it is ``urgent_hours``, day and night, where that is not 0.
    """

    stage: str
    label: Text
    amount: int
    unit: Literal["working_days", "working_hours", "hours", "days"]
    setting: str = ""
    urgent_hours: int = 0


@dataclass(frozen=True)
class Move:
    """One move of a lifecycle: from any of ``sources`` to ``target``, by whoever holds ``duty``.

    ``fields`` must be given with the move; ``starts`` / ``stops`` name stage clocks;
    ``by`` says which database roles can make it; ``note`` is "" | "optional" | "required".
    """

    code: str
    label: Text
    sources: tuple[str, ...]
    target: str
    duty: str
    fields: tuple[str, ...] = ()
    note: Literal["", "optional", "required"] = "optional"
    starts: str = ""
    stops: tuple[str, ...] = ()
    pauses: bool = False
    resumes: bool = False
    public: bool = True
    past: Text = ""  # what the step list says afterwards


@dataclass(frozen=True)
class Lifecycle:
    """The whole life of one kind of case, as one table that a manager can check."""

    kind: str
    label: Text
    prefix: str  # first characters of the case number
    first: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    limits: tuple[Limit, ...]
    outcomes: tuple[tuple[str, Text], ...]
    url: str  # URL name of a case's page for staff, takes `number`
    phases: tuple[tuple[str, Text], ...] = ()
    own_url: str = ""  # URL name of the page for whoever holds the receipt of a case
    limits_by: str = ""
    """"module:function"(case, stage) -> (amount, unit) | None: what dated rows set in place of the table's limit."""
    read: str = ""
    """Duty without which no post opens a case of this kind; "": none does by itself."""

    def state(self, code: str) -> State:
        """The state with this code; KeyError when the lifecycle has none."""
        return next((s for s in self.states if s.code == code), None) or _missing(self.kind, "state", code)

    def move(self, code: str) -> Move:
        """The move with this code; KeyError when the lifecycle has none."""
        return next((m for m in self.moves if m.code == code), None) or _missing(self.kind, "move", code)

    def limit(self, stage: str) -> Limit:
        """The limit of this stage; KeyError when the lifecycle has none."""
        return next((x for x in self.limits if x.stage == stage), None) or _missing(self.kind, "stage", stage)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that the table allows from a state."""
        return tuple(m for m in self.moves if state in m.sources)


def _missing(kind: str, what: str, code: str) -> Any:
    raise KeyError(
        f"The lifecycle “{kind}” has no {what} “{code}”. Add it to the lifecycle table or correct the name."
    )
