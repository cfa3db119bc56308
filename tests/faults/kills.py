"""Builds ended at random moments: how many leave a folder that is neither the old build nor the new one.

::

    python tests/faults/kills.py 100
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from geozone.run.swap import complete
from geozone.verify import verify_build

ZONE = "hebei"
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT}


def build(folder: Path, edition: str) -> subprocess.Popen[str]:
    """Start a build."""
    command = [
        sys.executable,
        "-m",
        "geozone",
        "build",
        ZONE,
        "--out",
        str(folder),
        "--edition",
        edition,
        "--lang",
        "en",
    ]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def held(folder: Path) -> dict[str, str]:
    """Return the digests of the files of a folder, without the run record, which has a time of day."""
    files = [path for path in folder.iterdir() if path.is_file() and not path.name.endswith("_run.json")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fault(old: Path, place: Path, wholes: list[dict[str, str]], wait: float, number: int) -> str:
    """End one build and return what became of the folder."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(old, place)
    process = build(place, "public")
    time.sleep(wait)
    process.send_signal(number)
    said = process.communicate()[1]
    time.sleep(0.2)  # until the system has ended what it began
    if "Traceback" in said or "Internal error" in said:
        return "no sentence"
    if number != signal.SIGKILL and process.returncode not in {0, 128 + number}:
        return f"exit {process.returncode}"
    complete(place)
    if held(place) not in wholes:
        return "mixed"
    failed = [check for check in verify_build(place) if not check.passed]
    return "fails to verify" if failed else ("new" if held(place) == wholes[1] else "old")


def main() -> None:
    """Try and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        old, new, place = Path(folder) / "old", Path(folder) / "new", Path(folder) / "place"
        build(old, "full").communicate()
        shutil.copytree(old, new)
        began = time.monotonic()
        build(new, "public").communicate()
        lasts = time.monotonic() - began
        wholes = [held(old), held(new)]
        found: Counter[tuple[str, str]] = Counter()
        for _ in range(given.number):
            name = chance.choice(["SIGKILL"] * 8 + ["SIGTERM", "SIGINT"])
            outcome = fault(old, place, wholes, chance.uniform(0, 1.05 * lasts), SIGNALS[name])
            found[name, outcome] += 1
            print(f"{name}: {outcome}", file=sys.stderr, flush=True)
        left = [item.name for item in place.iterdir() if item.name.startswith(".")]
        build(place, "public").communicate()
        after = [item.name for item in place.iterdir() if item.name.startswith(".")]
    for (name, outcome), count in sorted(found.items()):
        print(f"{name:8} {outcome:16} {count}")
    print(f"left behind by the last: {len(left)}, after the next run: {len(after)}")
    sys.exit(1 if after or any(outcome not in {"old", "new"} for _, outcome in found) else 0)


if __name__ == "__main__":
    main()
