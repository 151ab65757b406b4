"""Sample appeals as rows of the tables: cases, steps, clocks, receipts, appeals, appellants, call-backs, grants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection

from lianglin.access.models import FOREVER
from lianglin.appeals.rules import KIND, LIFECYCLE
from lianglin.appeals.seed.catalogue import Ints, items
from lianglin.appeals.seed.history import CHANNELS, Events
from lianglin.appeals.seed.journey import (
    ANSWERS,
    COMMUNITY,
    GROUNDS,
    NOT_REACHED,
    OUTCOMES,
    STREET,
    UNIT,
    WAITS,
    Journeys,
)
from lianglin.appeals.seed.places import Places
from lianglin.appeals.seed.replies import note_of
from lianglin.appeals.seed.tape import CODES, NEVER, STAGES, STATES
from lianglin.appeals.seed.texts import Told
from lianglin.appeals.seed.units import Units
from lianglin.appeals.seed.worktime import EAST
from lianglin.cases.rules import SUBJECT
from lianglin.kit.crypto import decrypt, encryptor, matcher
from lianglin.kit.ids import damm_digit, new_secret
from lianglin.people.seed.copying import NULL, copy, escaped, flag, instants, octets
from lianglin.people.seed.draws import uniform

_RECORDED = ("desk", "saturday", "visit", "meeting", "paper", "phone")
"""Channels by which a community worker writes it down."""
_AROUND = 0.0004
"""Degrees: matters of the road lie some forty metres around the building they are told from."""
Row = tuple[str, ...]


@dataclass(frozen=True)
class City:
    """What the rows refer to; the first lists are in step with ``places``."""

    places: Places
    building: list[int]
    community: list[int]
    scope: list[str]
    compound: list[int | None]
    compound_name: list[str | None]
    address: list[str]
    caller: Ints
    """Resident ids of the callers, building by building."""
    item: list[int]
    """Item ids in the catalogue's order."""
    units: Units
    organisations: dict[str, int]
    workers: dict[str, int]
    streets: dict[str, int]
    coordinators: dict[str, int]


@dataclass(frozen=True)
class Part:
    """Some appeals with their lives and texts; ``start`` is the number of the first in the whole history."""

    events: Events
    lives: Journeys
    told: list[Told]
    start: int
    seed: int

    def __len__(self) -> int:
        return len(self.told)

    @cached_property
    def building(self) -> list[int]:
        """Per appeal the index of its building in the city."""
        return self.events.building.tolist()


def write_part(city: City, part: Part) -> None:
    """Writes the rows of some appeals. Case ids follow the history's order of time."""
    rng = np.random.default_rng([part.seed, part.start])
    scope = [city.scope[index] for index in part.building]
    unit, post = city.units.choose(part.events.item, scope, rng)
    numbers = _numbers(part)
    writer = _Writer(city, part, scope, unit, post, numbers, rng)
    copy("cases_case", _CASE, writer.cases())
    copy(
        "appeals_appeal",
        "case_id, scope_code, item_id, channel, text, entity, anonymous, language, opened_at",
        writer.appeals(),
    )
    copy("cases_receipt", "case_id, number, secret_digest", writer.receipts())
    copy(
        "appeals_appellant",
        "case_id, scope_code, name, phone, phone_match, confidential",
        writer.appellants(),
    )
    copy("cases_step", _STEP, writer.steps())
    copy("cases_clock", _CLOCK, writer.clocks())
    copy(
        "appeals_callback",
        "case_id, scope_code, at, post_id, organisation_id, online, reached, solved, grade, note",
        writer.calls(),
    )
    copy(
        "access_grant",
        "subject, subject_id, scope_code, organisation_id, starts_at, ends_at, reason",
        writer.grants(),
    )


_CASE = (
    "id, number, kind, title, scope_code, community_id, compound_id, building_id, place_text, lon, lat, state, outcome, urgent, "
    "owner_id, assignee_id, parent_id, opened_at, due_at, due_provisional, settled_at, closed_at, version, related, sample"
)
_STEP = (
    "case_id, scope_code, seq, move, from_state, to_state, at, post_id, organisation_id, note, public, data"
)
_CLOCK = "case_id, scope_code, stage, amount, unit, started_at, due_at, provisional, paused_at, paused_seconds, extended, stopped_at"


def _numbers(part: Part) -> list[str]:
    """Case numbers as the house gives them: prefix, year, month, seven scattered digits, check digit."""
    serial = (part.start + np.arange(len(part))) % 10_000_000
    left, right = serial // 1000, serial % 1000
    for turn in range(3):
        left = (left + (uniform(part.seed, 60 + turn, right) * 10_000).astype(np.int64)) % 10_000
        right = (right + (uniform(part.seed, 70 + turn, left) * 1000).astype(np.int64)) % 1000
    months = (part.events.at + np.timedelta64(EAST, "s")).astype("datetime64[M]").astype(str).tolist()
    bodies = [
        f"{month[2:4]}{month[5:7]}{digits:07d}"
        for month, digits in zip(months, (left * 1000 + right).tolist(), strict=True)
    ]
    return [f"{LIFECYCLE.prefix}{body}{damm_digit(body)}" for body in bodies]


def _or_null(value: int | None) -> str:
    return NULL if value is None else str(value)


class _Writer:
    """Turns columns into rows for COPY, table by table."""

    def __init__(
        self,
        city: City,
        part: Part,
        scope: list[str],
        unit: list[int],
        post: list[int],
        numbers: list[str],
        rng: np.random.Generator,
    ) -> None:
        self.city, self.part, self.scope, self.unit, self.post, self.numbers, self.rng = (
            city,
            part,
            scope,
            unit,
            post,
            numbers,
            rng,
        )
        self.first = part.start + 1
        self.opened = instants(part.events.at.astype(np.int64), NEVER)
        self.items = [items()[index] for index in part.events.item.tolist()]
        self._wrong: dict[int, tuple[int, int]] = {}

    # --- cases -------------------------------------------------------------------------------------------

    def cases(self) -> Iterator[Row]:
        lives, provisional = self.part.lives, self.part.lives.work.provisional
        due, leading = lives.due, set(lives.parent.tolist())
        late = provisional(np.where(due == NEVER, self.part.events.at.astype(np.int64), due)) & (due != NEVER)
        columns = zip(
            lives.state.tolist(), lives.outcome.tolist(), lives.urgent.tolist(), lives.dispatched.tolist(), lives.in_hand.tolist(),
            lives.parent.tolist(), instants(due, NEVER), late.tolist(), instants(lives.settled, NEVER),
            instants(lives.closed, NEVER), lives.version.tolist(), strict=True,
        )  # fmt: skip
        for row, (
            state,
            outcome,
            urgent,
            given,
            hand,
            parent,
            due_at,
            unsure,
            settled,
            closed,
            version,
        ) in enumerate(columns):
            yield (
                str(self.first + row), self.numbers[row], KIND, escaped(self.part.told[row].title), self.scope[row],
                *self._where(row), STATES[state], OUTCOMES[outcome] if outcome >= 0 else "", flag(urgent),
                str(self.unit[row]) if given else NULL, self._hand(row, hand),
                str(self.first + parent) if parent >= 0 else NULL, self.opened[row], due_at, flag(unsure), settled, closed,
                str(version), flag(row in leading), "t",
            )  # fmt: skip

    def _where(self, row: int) -> Row:
        """(community, compound, building, words, lon, lat) by the item's kind of place."""
        city, index, kind = self.city, self.part.building[row], self.items[row].place_kind
        community = str(city.community[index])
        if kind == "none":
            return community, NULL, NULL, "", NULL, NULL
        name = city.compound_name[index] or ""
        lon, lat = float(city.places.lon[index]), float(city.places.lat[index])
        compound = _or_null(city.compound[index])
        if kind == "bld":
            words = f"{city.address[index]}{self.part.events.unit[row]}单元"
            return community, compound, str(city.building[index]), escaped(words), f"{lon:.6f}", f"{lat:.6f}"
        if kind == "cmp":
            return community, compound, NULL, escaped(name or city.address[index]), f"{lon:.6f}", f"{lat:.6f}"
        lon, lat = lon + self.rng.uniform(-_AROUND, _AROUND), lat + self.rng.uniform(-_AROUND, _AROUND)
        return community, NULL, NULL, escaped(f"{name}附近" if name else ""), f"{lon:.6f}", f"{lat:.6f}"

    def _hand(self, row: int, hand: int) -> str:
        if hand == UNIT:
            return str(self.post[row])
        return _or_null(self.city.workers.get(self.scope[row])) if hand == COMMUNITY else NULL

    # --- beside the case ---------------------------------------------------------------------------------

    def appeals(self) -> Iterator[Row]:
        events = self.part.events
        columns = zip(
            events.item.tolist(),
            events.channel.tolist(),
            events.entity.tolist(),
            self.part.lives.anonymous.tolist(),
            strict=True,
        )
        for row, (item, channel, entity, anonymous) in enumerate(columns):
            yield (
                str(self.first + row), self.scope[row], str(self.city.item[item]), CHANNELS[channel], escaped(self.part.told[row].body),
                flag(entity), flag(anonymous), "zh-hans", self.opened[row],
            )  # fmt: skip

    def receipts(self) -> Iterator[Row]:
        match = matcher("receipt")
        for row, number in enumerate(self.numbers):
            yield str(self.first + row), number, octets(match(f"{number}:{new_secret()}"))

    def appellants(self) -> Iterator[Row]:
        """Who complains: residents of the sample, with their own phone, sealed for this column."""
        seal, wanted = encryptor("appeals.Appellant.phone"), self.city.caller[self.part.events.appellant]
        known = _residents(np.unique(wanted).tolist())
        for row, (resident, anonymous) in enumerate(
            zip(wanted.tolist(), self.part.lives.anonymous.tolist(), strict=True)
        ):
            if not anonymous:
                name, phone, match = known[resident]
                yield (
                    str(self.first + row),
                    self.scope[row],
                    escaped(name),
                    octets(seal(phone)),
                    octets(match),
                    "t",
                )

    def grants(self) -> Iterator[Row]:
        """What units may see: each order it was given, until it was taken back."""
        lives = self.part.lives
        columns = zip(instants(lives.granted, NEVER), instants(lives.taken_back, NEVER), strict=True)
        for row, (starts, ends) in enumerate(columns):
            if starts == NULL:
                continue
            for unit, _post in {
                self.unit[row]: 0,
                **dict([self._wrong[row]] if row in self._wrong else []),
            }.items():
                yield (
                    SUBJECT, str(self.first + row), self.scope[row], str(unit), starts,
                    FOREVER.isoformat() if ends == NULL else ends, "dispatch",
                )  # fmt: skip

    # --- what happened -----------------------------------------------------------------------------------

    def steps(self) -> Iterator[Row]:
        steps = self.part.lives.steps
        first = np.searchsorted(steps.row, np.arange(len(self.part)))
        seq = np.arange(len(steps.row)) - first[steps.row] + 1
        objected = steps.code == CODES.index("object")
        mistaken = objected | np.append(objected[1:], False)
        self._mistakes(np.unique(steps.row[objected]))
        columns = zip(
            steps.row.tolist(), seq.tolist(), steps.code.tolist(), steps.before.tolist(), steps.after.tolist(),
            instants(steps.at, NEVER), steps.by.tolist(), steps.detail.tolist(), mistaken.tolist(), strict=True,
        )  # fmt: skip
        for row, number, index, before, after, at, by, detail, wrong in columns:
            code = CODES[index]
            unit, handler = self._wrong[row] if wrong else (self.unit[row], self.post[row])
            post, organisation = self._who(row, code, by, unit, handler)
            data = json.dumps(self._data(row, code, detail, unit), ensure_ascii=False)
            yield (
                str(self.first + row), self.scope[row], str(number), code, "" if code == "open" else STATES[before], STATES[after],
                at, post, organisation, escaped(note_of(code, detail, row + number)), "t", escaped(data),
            )  # fmt: skip

    def _mistakes(self, rows: Ints) -> None:
        """The units to which orders went by mistake, before they objected."""
        units = [self.unit[row] for row in rows.tolist()]
        self._wrong = dict(zip(rows.tolist(), self.city.units.others(units, self.rng), strict=True))

    def _who(self, row: int, code: str, by: int, unit: int, handler: int) -> tuple[str, str]:
        scope, city = self.scope[row], self.city
        if code == "open":
            by = COMMUNITY if CHANNELS[int(self.part.events.channel[row])] in _RECORDED else 0
        if by == COMMUNITY:
            return _or_null(city.workers.get(scope)), str(city.organisations[scope])
        if by == STREET:
            return _or_null(city.coordinators.get(scope[:9])), str(city.streets[scope[:9]])
        return (str(handler), str(unit)) if by == UNIT else (NULL, NULL)

    def _data(self, row: int, code: str, detail: int, unit: int) -> dict[str, Any]:
        """The move's particulars, as the actions write them."""
        match code:
            case "open":
                return {"channel": CHANNELS[int(self.part.events.channel[row])]}
            case "dispatch":
                return {"unit": unit}
            case "answer" | "answer_now":
                return {"outcome": OUTCOMES[detail]}
            case "refuse":
                return {"ground": GROUNDS[detail]}
            case "pause":
                return {"ground": WAITS[detail]}
            case "redirect":
                return {"to": "省级平台"}
            case "merge":
                return {"parent": self.numbers[detail]}
            case "call_try":
                return {"try": detail}
            case "call_back" if detail == NOT_REACHED:
                return {"reached": False, "solved": "", "grade": None}
            case "call_back" | "confirm":
                told = {"solved": ANSWERS[detail // 8], "grade": detail % 8 or None}
                return {"reached": True, **told} if code == "call_back" else told
        return {}

    def clocks(self) -> Iterator[Row]:
        clocks = self.part.lives.clocks
        unsure = self.part.lives.work.provisional(clocks.due)
        columns = zip(
            clocks.row.tolist(), clocks.stage.tolist(), clocks.amount.tolist(), clocks.hours.tolist(), instants(clocks.started, NEVER),
            instants(clocks.due, NEVER), (unsure & ~clocks.hours).tolist(), instants(clocks.paused_at, NEVER),
            clocks.paused_seconds.tolist(), instants(clocks.stopped, NEVER), strict=True,
        )  # fmt: skip
        for row, stage, amount, hours, started, due, provisional, paused_at, paused, stopped in columns:
            yield (
                str(self.first + row), self.scope[row], STAGES[stage], str(amount), "hours" if hours else "working_days", started, due,
                flag(provisional), paused_at, str(paused), "0", stopped,
            )  # fmt: skip

    def calls(self) -> Iterator[Row]:
        calls = self.part.lives.calls
        columns = zip(
            calls.row.tolist(), instants(calls.at, NEVER), calls.online.tolist(), calls.reached.tolist(), calls.solved.tolist(),
            calls.grade.tolist(), strict=True,
        )  # fmt: skip
        for row, at, online, reached, solved, grade in columns:
            post, organisation = (NULL, NULL) if online else self._who(row, "call_back", COMMUNITY, 0, 0)
            yield (
                str(self.first + row), self.scope[row], at, post, organisation, flag(online), flag(reached),
                ANSWERS[solved] if solved >= 0 else "", str(grade) if grade else NULL, "",
            )  # fmt: skip


def _residents(ids: list[int]) -> dict[int, tuple[str, str, bytes]]:
    """Name, phone and the phone's match key of residents, by id."""
    with connection.cursor() as cursor:
        cursor.execute("select id, name, phone, phone_match from people_resident where id = any(%s)", [ids])
        return {
            number: (name, decrypt(bytes(phone), "people.Resident.phone"), bytes(match))
            for number, name, phone, match in cursor.fetchall()
        }
