"""Lifecycle tables are checked before anybody works with them; no database."""

from dataclasses import replace

from lianglin.cases.rules import flaws, missing_fields
from lianglin.kit.domain import Lifecycle, Limit, Move, State

SOUND = Lifecycle(
    kind="test", label="test", prefix="T", first="open", url="", outcomes=(),
    states=(State("open", "open", expects="shut"), State("shut", "shut", final=True)),
    moves=(Move("shut", "shut", ("open",), "shut", "test.shut", stops=("work",)),),
    limits=(Limit("work", "work", 1, "working_days"),),
)  # fmt: skip


def test_a_sound_table_has_no_flaws() -> None:
    assert flaws(SOUND) == []


def test_a_dead_end_is_found() -> None:
    dead = replace(
        SOUND,
        states=(*SOUND.states, State("lost", "lost", expects="x")),
        moves=(*SOUND.moves, Move("lose", "lose", ("open",), "lost", "test.lose")),
    )
    assert any("dead end" in flaw for flaw in flaws(dead))


def test_a_state_nobody_reaches_is_found() -> None:
    assert any(
        "cannot be reached" in flaw
        for flaw in flaws(replace(SOUND, states=(*SOUND.states, State("island", "x", final=True))))
    )


def test_unknown_states_and_stages_are_found() -> None:
    wrong = replace(SOUND, moves=(*SOUND.moves, Move("x", "x", ("nowhere",), "shut", "d", starts="never")))
    assert len([flaw for flaw in flaws(wrong) if "nowhere" in flaw or "never" in flaw]) == 2


def test_a_circle_without_an_end_is_found() -> None:
    circle = replace(
        SOUND,
        states=(*SOUND.states, State("a", "a", expects="ab"), State("b", "b", expects="ba")),
        moves=(
            *SOUND.moves,
            Move("in", "in", ("open",), "a", "d"),
            Move("ab", "ab", ("a",), "b", "d"),
            Move("ba", "ba", ("b",), "a", "d"),
        ),
    )
    assert any("no way leads" in flaw for flaw in flaws(circle))


def test_missing_fields_and_notes_are_named() -> None:
    move = Move("m", "m", ("open",), "shut", "d", fields=("unit", "outcome"), note="required")
    assert missing_fields(move, {"unit": 3, "outcome": ""}, "  ") == ["outcome", "note"]
