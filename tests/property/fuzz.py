"""The long form of the damaged files, in processes of their own, so that a crash or a hang of a library is told as well.

::

    python tests/property/fuzz.py 10000 --log fuzz.jsonl

With a log a run that was ended goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import warnings
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fuzz_seeds import write_seeds
from test_read_fuzz import SECONDS, attempt

START = 1_000_000
EACH = 500  # attempts that one process makes


def work(numbers: list[int], seeds: list[Path], scratch: Path, told: Connection) -> None:
    """Make attempts and send how each ended."""
    warnings.simplefilter("error")
    # rasterio multiplies its own transforms with *
    warnings.filterwarnings("ignore", "Use `@` matmul", PendingDeprecationWarning)
    for number in numbers:
        try:
            row = attempt(number, seeds, scratch)._asdict()
        except Exception as error:  # noqa: BLE001 - a fuzzing run goes on and tells at its end
            row = {"wrong": f"{type(error).__name__}: {error}"[:400]}
        told.send(row)


def rows_of(numbers: list[int], seeds: list[Path], scratch: Path):
    """Yield how attempts ended; a process that a file breaks or holds up is begun anew behind that file."""
    context = multiprocessing.get_context("spawn")
    while numbers:
        here, there = context.Pipe(duplex=False)
        part = numbers[:EACH]
        process = context.Process(target=work, args=(part, seeds, scratch, there))
        process.start()
        there.close()
        for number in part:
            numbers.pop(0)
            try:
                row = (
                    here.recv()
                    if here.poll((60 if number == part[0] else 15) * SECONDS)
                    else {"wrong": "hangs"}
                )
            except EOFError:
                process.join()
                row = {"wrong": f"the process ended with {process.exitcode}"}
            yield {"seed": number, **row}
            if row.get("wrong", "").startswith(("hangs", "the process")):
                break
        process.kill()
        process.join()


def told(rows: list[dict[str, Any]]) -> str:
    """Return the table of formats, and every file that ended in a way that is not meant."""
    lines = [
        "| format | files | changed within | read whole | loss told | refused |",
        "|---|---|---|---|---|---|",
    ]
    right = [row for row in rows if "wrong" not in row]
    for name in (*sorted({row["format"] for row in right}), "all"):
        own = [row for row in right if name in {row["format"], "all"}]
        ends = Counter(row["outcome"] if row["outcome"] in {"whole", "told"} else "refused" for row in own)
        counts = [len(own), sum(row["within"] for row in own), ends["whole"], ends["told"], ends["refused"]]
        lines.append("| " + " | ".join([name, *map(str, counts)]) + " |")
    wrong = [f"seed {row['seed']}: {row['wrong']}" for row in rows if "wrong" in row]
    return "\n".join([*lines, f"{len(wrong)} wrong", *wrong])


def main() -> int:
    """Run and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tries", type=int, nargs="?", default=10_000)
    parser.add_argument("--start", type=int, default=START)
    parser.add_argument("--log", type=Path)
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    if given.log and given.log.exists():
        rows = [json.loads(line) for line in given.log.read_text("utf-8").splitlines()]
    done = {row["seed"] for row in rows}
    numbers = [number for number in range(given.start, given.start + given.tries) if number not in done]
    with tempfile.TemporaryDirectory() as name:
        seeds, scratch = Path(name) / "seeds", Path(name) / "scratch"
        seeds.mkdir()
        scratch.mkdir()
        for row in rows_of(numbers, write_seeds(seeds), scratch):
            rows.append(row)
            if given.log:
                with given.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.write(told(rows) + "\n")
    return int(any("wrong" in row for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
