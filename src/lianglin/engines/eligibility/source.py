"""YAML as a tree that knows where everything stands. Only plain mappings, lists and text: no anchors, aliases or tags.

PyYAML's events are composed here, without recursion, so that hostile files (bombs of aliases, 10,000 brackets, control
characters, duplicate keys) are refused quickly, and a problem can name the line and column inside a scalar.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

import yaml

from lianglin.engines.eligibility.package import BadRules, Problem

MOST_CHARACTERS, OF_PARAMETERS = 200_000, 1_000_000
"""Of one file; a table of parameters may be longer."""
CHARACTERS_A_NODE = 5
"""A file has at most one list entry, key or text for so many characters that it may have."""
DEEPEST = 12
"""Lists and mappings inside each other: a measure needs five."""
MOST_PROBLEMS = 300
"""After so many, reading stops: the rest is noise."""
_LONGEST_WORD, _FEW = 60, 12
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Spot:
    """A place in a file; lines and columns count from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """A text, with the piece of the file that it was read from."""

    text: str
    spot: Spot
    raw: str

    def at(self, offset: int) -> Spot:
        """Where the character at ``offset`` of the text stands in the file (quotes, escapes and folds looked through)."""
        place = _place_in(self.raw, self.text, offset)
        before = self.raw[:place]
        lines = before.count("\n")
        column = place - before.rfind("\n") if lines else self.spot.column + place
        return Spot(self.spot.path, self.spot.line + lines, column)


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple[Item, ...]
    spot: Spot


@dataclass(frozen=True)
class Mapping:
    """Keys and what they hold, in the order of the file."""

    entries: dict[str, tuple[Scalar, Item]]
    spot: Spot


Item = Scalar | Sequence | Mapping


def _place_in(raw: str, text: str, offset: int) -> int:
    """The place in ``raw`` that became ``text[offset]``: walks both, and jumps over what reading took away."""
    place = 0
    for wanted in text[: offset + 1]:
        found = place
        while found < len(raw) and raw[found] != wanted and not (wanted.isspace() and raw[found].isspace()):
            found += 1
        if found == len(raw):
            continue  # an escape: it stays at the last place that is known
        place = found + 1
    return max(place - 1, 0) if offset < len(text) else min(place, len(raw))


@dataclass
class Report:
    """The problems found so far."""

    problems: list[Problem] = field(default_factory=list)

    def say(
        self,
        spot: Spot,
        word: str,
        message: str,
        message_en: str,
        allowed: Iterable[str] = (),
        kind: Literal["", "missing example"] = "",
    ) -> None:
        """Notes a problem; a long word is cut."""
        if not self.full:
            cut = word if len(word) <= _LONGEST_WORD else word[:_LONGEST_WORD] + "…"
            self.problems.append(
                Problem(
                    spot.path,
                    spot.line,
                    spot.column,
                    cut,
                    message,
                    message_en,
                    tuple(allowed),
                    kind,
                )
            )

    @property
    def full(self) -> bool:
        """Whether so much is wrong that reading on finds nothing new."""
        return len(self.problems) >= MOST_PROBLEMS

    def near(self, word: str, names: Iterable[str], most: int = 5) -> tuple[str, ...]:
        """`near`, while it is worth the time."""
        return () if self.full else near(word, names, most)

    def check(self) -> None:
        """BadRules when anything was wrong, in the order of the files."""
        if self.problems:
            raise BadRules(sorted(set(self.problems), key=lambda p: (p.path, p.line, p.column, p.message)))


def near(word: str, names: Iterable[str], most: int = 5) -> tuple[str, ...]:
    """Names that look like a word; where none does, all names if they are few."""
    known = list(dict.fromkeys(names))
    close = difflib.get_close_matches(word[:_LONGEST_WORD], known, most, 0.5)
    close += [
        name for name in known if name not in close and len(word) > 1 and (word in name or name in word)
    ]
    return tuple(close[:most] or (known if len(known) <= _FEW else ()))


def forbidden(text: str) -> re.Match[str] | None:
    """The first control, direction or invisible character."""
    return _FORBIDDEN.search(text)


def load(path: str, text: str, report: Report, most: int = MOST_CHARACTERS) -> Item | None:
    """One file's tree, or None after a problem. ``most``: characters."""
    start = Spot(path, 1, 1)
    if len(text) > most:
        report.say(
            start,
            "",
            f"文件太长（最多{most}字）",
            f"The file is too long ({most} at most)",
        )
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if bad := forbidden(text):
        before = text[: bad.start()]
        spot = Spot(path, before.count("\n") + 1, bad.start() - before.rfind("\n"))
        code = f"U+{ord(bad.group()):04X}"
        report.say(spot, code, f"不许有不可见字符 {code}", f"The invisible character {code} is not allowed")
        return None
    try:
        return _Composer(path, text, report, most // CHARACTERS_A_NODE).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        spot = Spot(path, mark.line + 1, mark.column + 1) if mark else start
        report.say(spot, "", f"YAML 写法有误：{error.problem}", f"This is not YAML: {error.problem}")
    except yaml.YAMLError as error:
        report.say(start, "", "YAML 写法有误", f"This is not YAML: {type(error).__name__}")
    return None


class _Stop(Exception):
    """The file cannot be taken; the problem is in the report."""


@dataclass
class _Open:
    """A list or mapping that is not closed yet."""

    spot: Spot
    entries: dict[str, tuple[Scalar, Item]] | None
    items: list[Item] = field(default_factory=list)
    key: Scalar | None = None


class _Composer:
    def __init__(self, path: str, text: str, report: Report, most: int) -> None:
        self.path, self.text, self.report, self.most = path, text, report, most
        self.stack: list[_Open] = []
        self.root: Item | None = None
        self.documents = self.nodes = 0

    def compose(self) -> Item | None:
        try:
            for event in cast("Iterator[yaml.Event]", yaml.parse(self.text, Loader=_LOADER)):
                self._take(event)
        except _Stop:
            return None
        return self.root

    def _spot(self, event: yaml.Event) -> Spot:
        return Spot(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, spot: Spot, word: str, message: str, message_en: str) -> None:
        self.report.say(spot, word, message, message_en)
        raise _Stop

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.NodeEvent):
            self._may_stand(event)
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self._refuse(
                        self._spot(event), "---", "一个文件只能有一篇", "A file holds one document only"
                    )
            case yaml.ScalarEvent():
                raw = self.text[event.start_mark.index : event.end_mark.index]
                self._put(Scalar(event.value, self._spot(event), raw))
            case yaml.MappingStartEvent():
                self._open(_Open(self._spot(event), {}))
            case yaml.SequenceStartEvent():
                self._open(_Open(self._spot(event), None))
            case yaml.MappingEndEvent():
                done = self.stack.pop()
                self._put(Mapping(done.entries or {}, done.spot))
            case yaml.SequenceEndEvent():
                done = self.stack.pop()
                self._put(Sequence(tuple(done.items), done.spot))
            case _:
                pass

    def _may_stand(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        anchor, tag = event.anchor, getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or anchor:
            self._refuse(
                self._spot(event), str(anchor), "不许用 & 与 *（引用）", "Anchors and aliases are not allowed"
            )
        if tag and tag != "!":
            self._refuse(self._spot(event), str(tag), "不许用 !（类型标记）", "Tags are not allowed")
        if self.nodes > self.most:
            self._refuse(self._spot(event), "", "文件内容太多", "There is too much in this file")

    def _open(self, opened: _Open) -> None:
        if len(self.stack) >= DEEPEST:
            self._refuse(
                opened.spot, "", f"嵌套太深（最多{DEEPEST}层）", f"Nested too deeply ({DEEPEST} at most)"
            )
        if self.stack and self.stack[-1].entries is not None and self.stack[-1].key is None:
            self._refuse(opened.spot, "", "键须是文字", "A key must be text")
        self.stack.append(opened)

    def _put(self, item: Item) -> None:
        if not self.stack:
            self.root = item
            return
        top = self.stack[-1]
        if top.entries is None:
            top.items.append(item)
        elif top.key is None:
            key = cast("Scalar", item)
            if key.text in top.entries:
                word = key.text
                self.report.say(key.spot, word, f"“{word}”写了两次", f"“{word}” is written twice")
            top.key = key
        else:
            top.entries.setdefault(top.key.text, (top.key, item))
            top.key = None
