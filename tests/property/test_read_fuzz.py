"""Damaged files of every format are read or refused, and nothing is lost in silence: no crash, no hang, nothing left behind.

The long form, `make fuzz`, is `tests/property/fuzz.py`.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from counted import declared
from fuzz_seeds import HELD, REFUSED, copy_seed, held_by, reader_of, write_seeds
from mutators import changed_within

from geozone.checks import check
from geozone.errors import GeozoneError
from geozone.model import CRS, Layer

SHORT = 130
SECONDS = 20.0  # that one file may take
TEXTS = {
    ".geojson",
    ".kml",
    ".gml",
    ".csv",
    ".mif",
}  # a piece taken out can leave a whole file with fewer features


class Attempt(NamedTuple):
    """How a damaged file ended."""

    format: str
    outcome: str  # whole, told, or the key of the refusal
    within: bool  # changed within its structure


def damage(raw: bytes, rng: random.Random) -> bytes:
    """Return bytes with some flipped, cut off, taken out, doubled or made extreme."""
    damaged = bytearray(raw)
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        if not damaged:
            break
        place, kind = rng.randrange(len(damaged)), rng.random()
        length = min(rng.choice([1, 2, 4, 8, 40, 400]), len(damaged) - place)
        if kind < 0.5:
            damaged[place] ^= 1 << rng.randrange(8)
        elif kind < 0.65:
            damaged[place : place + length] = rng.choice([b"\x00", b"\xff", b"\x7f"]) * length
        elif kind < 0.75:
            damaged[place : place + length] = rng.randbytes(length)
        elif kind < 0.85:
            del damaged[place:]
        elif kind < 0.93:
            del damaged[place : place + length]
        else:
            damaged[place:place] = damaged[place : place + length]
    return bytes(damaged)


def expected(path: Path, *, within: bool) -> int:
    """Return how many features a reader has to give of a damaged file, or to tell of: those that still stand in it."""
    held = HELD.get(path.name, 0)
    if not within and path.suffix not in TEXTS:
        return held
    counted = declared(path)
    return min(held, counted) if counted is not None else 0 if within else held


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and below."""
    files = (item for item in sorted(folder.rglob("*")) if item.is_file())
    return {str(item.relative_to(folder)): item.read_bytes() for item in files}


def attempt(seed: int, seeds: list[Path], scratch: Path) -> Attempt:
    """Damage one file and read it; return how that ended. Anything that is not meant is raised."""
    rng = random.Random(seed)
    main = rng.choice(seeds)
    folder = scratch / str(seed)
    folder.mkdir()
    copy = copy_seed(main, folder)
    inside = sorted(item for item in folder.rglob("*") if item.is_file())
    victim = copy if copy.is_file() and rng.random() < 0.7 else rng.choice(inside)
    sound = victim.read_bytes()
    changed = changed_within(sound, victim.suffix, rng) if rng.random() < 0.5 else None
    victim.write_bytes(damage(sound, rng) if changed is None else changed)
    before = content(folder)
    started = time.process_time()  # of the reading itself, however busy the machine is
    try:
        found = reader_of(main)(copy)
    except GeozoneError as error:
        outcome, said = error.message.key, f"{error.get('zh')}{error.get('en')}"
    else:
        outcome, said = judged(found, expected(copy, within=changed is not None), rng), main.name
    assert main.name in said, seed
    assert time.process_time() - started < SECONDS, seed
    after = content(folder)
    assert after.keys() == before.keys(), (seed, after.keys() - before.keys())
    assert after == before, (seed, [name for name in after if after[name] != before[name]])
    shutil.rmtree(folder)
    return Attempt(main.suffix[1:], outcome, changed is not None)


def judged(found: object, least: int, rng: random.Random) -> str:
    """Return whether all was read, or a loss was told; raise what is neither."""
    if isinstance(found, Layer):
        assert found.data.crs == CRS
        assert all(finding.message.get("zh") and finding.remedy.get("zh") for finding in found.findings)
        if rng.random() < 0.1:
            check(found)
    held = held_by(found)
    if held is None or held >= least:
        return "whole"
    told = [finding.kind for finding in found.findings if not finding.kind.startswith("crs_inferred")]
    assert told, f"a silent loss: {held} of {least} read"
    return "told"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return write_seeds(tmp_path_factory.mktemp("seeds"))


def test_the_seeds_themselves_are_read_whole(seeds):
    assert len(seeds) == 26
    for seed in seeds:
        if seed.name in REFUSED:
            with pytest.raises(GeozoneError, match="Access"):
                reader_of(seed)(seed)
        else:
            assert held_by(reader_of(seed)(seed)) == HELD.get(seed.name), seed


@pytest.mark.parametrize(
    "name", sorted(name for name in HELD if Path(name).suffix in {*TEXTS, ".gpkg", ".shp", ".parquet"})
)
def test_what_a_sound_seed_declares_is_counted_without_geozone(seeds, name):
    path = next(seed for seed in seeds if seed.name == name)
    assert declared(path) == HELD[name]


@pytest.mark.parametrize("start", range(0, SHORT, 13))
def test_damaged_files_are_read_or_refused(start, seeds, tmp_path, monkeypatch):
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    for seed in range(start, start + 13):
        attempt(seed, seeds, tmp_path)
    assert list(own.iterdir()) == []
