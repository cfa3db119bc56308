"""Builds ended at moments spread over all of a build: how many leave a folder that is neither the old build nor the new one.

::

    python tests/faults/kills.py 100

Half of the builds take kept results again, half compute everything, so that both short and long steps are ended.
"""

from __future__ import annotations

import argparse
import hashlib
import os
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
from geozone.verify import held_checks

ZONE = "hebei"
_START = 0.3  # seconds until Python has begun
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT}


def build(folder: Path, edition: str, *, anew: bool = False) -> subprocess.Popen[str]:
    """Start a build, which takes what was kept or computes everything anew."""
    command = [sys.executable, "-m", "geozone", "build", ZONE, "--out", str(folder), "--edition", edition, "--lang", "en"]  # fmt: skip
    return subprocess.Popen(
        [*command, "--no-cache"] if anew else command,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def held(folder: Path) -> dict[str, str]:
    """Return the digests of the files of a folder, without the run record, which has a time of day."""
    files = [path for path in folder.iterdir() if path.is_file() and not path.name.endswith("_run.json")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def leftovers(*folders: Path) -> list[str]:
    """Return what is hidden in folders: work that was not finished or cleared."""
    return [
        item.name
        for folder in folders
        for item in folder.iterdir()
        if item.name.startswith((".", "geozone-"))
    ]


def fault(
    old: Path, place: Path, wholes: list[dict[str, str]], wait: float, number: int, *, anew: bool
) -> str:
    """End one build and return what became of the folder."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(old, place)
    process = build(place, "public", anew=anew)
    time.sleep(wait)
    process.send_signal(number)
    said = process.communicate()[1]
    time.sleep(0.2)  # until the system has ended what it began
    # what has not begun to listen is ended at once, by the system or by Python in its own words
    if "Internal error" in said or ("Traceback" in said and (wait >= _START or number != signal.SIGINT)):
        return "no sentence"
    ended = {0, 128 + number, *([-number, 1] if wait < _START else [])}
    if number != signal.SIGKILL and process.returncode not in ended:
        return f"exit {process.returncode}"
    complete(place)
    if held(place) not in wholes:
        return "mixed"
    if [check for check in held_checks(place) if not check.passed]:
        return "fails to verify"
    return "new" if held(place) == wholes[1] else "old"


def next_run(place: Path, wholes: list[dict[str, str]]) -> str:
    """Build once more and return what is wrong with that or left behind; nothing where all is as it should be."""
    process = build(place, "public")
    said = process.communicate()[1]
    if process.returncode:
        return f"the next run fails: {said.strip()[-200:]}"
    if held(place) != wholes[1]:
        return "the next run differs"
    left = leftovers(place)
    return f"left behind: {', '.join(left)}" if left else ""


def main() -> None:
    """Try and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--anew", type=float, default=0.5, help="the share of builds that take nothing that was kept"
    )
    given = parser.parse_args()
    chance = random.Random(given.seed)
    found: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        os.environ |= {"GEOZONE_CACHE": str(Path(folder) / "cache"), "TMPDIR": str(scratch)}
        old, new, place = Path(folder) / "old", Path(folder) / "new", Path(folder) / "place"
        build(old, "full").communicate()
        shutil.copytree(old, new)
        lasts = []
        for anew in (False, False, True):  # the first fills the cache
            began = time.monotonic()
            build(new, "public", anew=anew).communicate()
            lasts.append(time.monotonic() - began)
        wholes = [held(old), held(new)]
        anews = round(given.number * given.anew)
        # one moment in every part of a build
        moments = [("SIGKILL", True, (part + chance.random()) / anews) for part in range(anews)]
        rest = given.number - anews
        moments += [("SIGKILL", False, (part + chance.random()) / rest) for part in range(rest)]
        few = max(given.number // 10, 1)
        moments += [
            (name, False, (part + chance.random()) / few)
            for name in ("SIGTERM", "SIGINT")
            for part in range(few)
        ]
        for name, anew, part in moments:
            wait = part * 1.05 * lasts[2 if anew else 1]
            outcome = fault(old, place, wholes, wait, SIGNALS[name], anew=anew)
            wrong = next_run(place, wholes)
            found[name, "anew" if anew else "kept", wrong or outcome] += 1
            print(f"{name} after {wait:.1f} s: {outcome} {wrong}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "geozone", "zones"], check=True, stdout=subprocess.DEVNULL)
        left = leftovers(scratch)
    for (name, how, outcome), count in sorted(found.items()):
        print(f"{name:8} {how:5} {outcome:16} {count}")
    print(f"temporary files of builds that were ended, left after the next command: {len(left)}")
    sys.exit(int(bool(left) or any(outcome not in {"old", "new"} for _, _, outcome in found)))


if __name__ == "__main__":
    main()
