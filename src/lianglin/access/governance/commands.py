"""`lianglin audit …` beside its verification of the database: export, offline verification of a file, keys."""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

from lianglin.access.governance import anchors


def verify_file(path: Path, key: str) -> int:
    """Verifies an exported file with a public key in hexadecimal digits; needs no database and no network."""
    try:
        public = bytes.fromhex(key)
        with path.open("rb") as file:
            wrong = list(anchors.problems(file, public))
    except ValueError:
        print(
            "The public key must be 64 hexadecimal digits, as “lianglin audit key” prints it.",
            file=sys.stderr,
        )
        return 2
    except OSError as error:
        print(f"{path} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    for problem in wrong:
        print(problem)
    print(f"{len(wrong)} problems." if wrong else "The file is whole and signed by this key.")
    return 1 if wrong else 0


def export_file(path: Path, chain: str, first: int, last: int | None) -> int:
    """Writes the export beside its name and puts it there when it is whole."""
    from lianglin.access.governance import upkeep
    from lianglin.kit.errors import HouseError

    side = path.with_suffix(f"{path.suffix}.part")
    try:
        lines = upkeep.export(chain=chain, first=first, last=last)
        with side.open("wb") as file:
            file.writelines(lines)
        side.replace(path)
    except HouseError as error:
        print(str(error.message), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(
        f"{path} is written and signed. Verify it with: lianglin audit verify --file {path} --key PUBLIC_KEY"
    )
    return 0


def new_key() -> int:
    """Prints a fresh signing key as it stands in LIANGLIN_SIGNING_KEYS, and its public key."""
    private = secrets.token_bytes(32)
    print(f"private, for LIANGLIN_SIGNING_KEYS: <number>:{base64.b64encode(private).decode()}")
    print(f"public, to give away: {anchors.public_of(private).hex()}")
    return 0


def public_keys() -> int:
    """Prints the public keys of the ring."""
    from lianglin.access.governance import signing

    keys = signing.public_keys()
    for number, public in sorted(keys.items()):
        print(f"{number}: {public.hex()}{' (signs)' if number == max(keys) else ''}")
    if not keys:
        print("There is no signing key. Make one with: lianglin audit key --new", file=sys.stderr)
    return 0 if keys else 1
