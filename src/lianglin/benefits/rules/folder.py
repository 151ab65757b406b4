"""A package as a folder of files, and as one zip: what is read of it, and why something cannot be. Pure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from lianglin.engines.eligibility.package import Problem
from lianglin.kit.zips import BROKEN

PARAMETERS, DEFINITIONS, MEASURES = "parameters.yaml", "definitions.yaml", "measures/"
MOST_FILES, MOST_BYTES, MOST_ALL = 2_000, 1_000_000, 40_000_000
"""Files, bytes of one, bytes of all: a folder of 272 measures has a megabyte."""
_MADE = (1980, 1, 1, 0, 0, 0)


class BadFolder(ValueError):
    """The folder cannot be read at all; ``problems`` says why, file by file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.message_en}" for problem in problems[:20]))
        self.problems = problems


def _problem(path: str, message: str, message_en: str) -> Problem:
    return Problem(path, 0, 0, "", message, message_en)


def from_zip(file: IO[bytes]) -> dict[str, str]:
    """Path -> text of the package's files in a zip; a folder around them all is looked through."""
    try:
        with zipfile.ZipFile(file) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_ALL:
                raise BadFolder([_problem("", "压缩包太大", "The zip holds too much")])
            found: dict[str, bytes] = {}
            for entry in entries:
                with packed.open(entry) as opened:  # the head may lie about the size
                    found[entry.filename.replace("\\", "/")] = opened.read(MOST_BYTES + 1)
    except BadFolder:
        raise
    except BROKEN:
        raise BadFolder(
            [_problem("", "这不是可以读取的 zip 压缩包", "This is no zip that can be read")]
        ) from None
    return _texts(found)


def from_folder(folder: Path) -> dict[str, str]:
    """Path -> text of the package's files in a folder."""
    if not folder.is_dir():
        raise BadFolder([_problem(str(folder), "没有这个文件夹", "There is no such folder")])
    found: dict[str, bytes] = {}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("measures/*.yaml")])[: MOST_FILES + 1]:
        with path.open("rb") as opened:
            found[path.relative_to(folder).as_posix()] = opened.read(MOST_BYTES + 1)
    return _texts(found)


def _texts(found: Mapping[str, bytes]) -> dict[str, str]:
    wanted = {path: data for path, data in found.items() if path.endswith(".yaml") and "__MACOSX" not in path}
    around = _around(wanted)
    texts, problems = dict[str, str](), list[Problem]()
    for path, data in wanted.items():
        inner = path.removeprefix(around)
        if len(data) > MOST_BYTES:
            problems.append(
                _problem(inner, f"文件太大（最多{MOST_BYTES}字节）", f"{MOST_BYTES} bytes at most")
            )
            continue
        try:
            texts[inner] = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            problems.append(_problem(inner, "不是 UTF-8 文本", "This is no UTF-8 text"))
    if not problems and not texts:
        problems.append(
            _problem("", "里面没有措施文件（measures/*.yaml）", "There are no measures/*.yaml in it")
        )
    if problems:
        raise BadFolder(problems)
    return texts


def _around(paths: Mapping[str, bytes]) -> str:
    """The folder that stands around everything, with its slash; "" when there is none."""
    tops = {path.split("/", 1)[0] for path in paths}
    inner = {path.split("/", 1)[-1].split("/", 1)[0] for path in paths if "/" in path}
    known = {"measures", PARAMETERS, DEFINITIONS}
    return f"{next(iter(tops))}/" if len(tops) == 1 and not tops & known and inner & known else ""


def to_zip(texts: Mapping[str, str]) -> bytes:
    """A zip of the files; the same texts always give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(texts):
            packed.writestr(zipfile.ZipInfo(path, _MADE), texts[path], compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def to_folder(texts: Mapping[str, str], folder: Path) -> None:
    """Writes the files into a folder, which need not be there."""
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
