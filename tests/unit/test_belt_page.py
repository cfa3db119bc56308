"""What the page says of a barrier as a belt, and what closing gaps gains: the script against the package."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from belt_samples import belt_result
from samples import sample_result

import geozone
from geozone.barriers.closing import closed
from geozone.barriers.gaps import Gaps
from geozone.maps.belt import LARGEST, belt_entries
from geozone.maps.edition import public_edition
from geozone.maps.plain import Strings

NODE = Path(sys.executable).parent / "node"
SCRIPT = Path(geozone.__file__).parent / "maps" / "frontend" / "src" / "closing.js"
ASK = """
import { connected, protection } from '%s';
import { readFileSync } from 'node:fs';
const cases = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map(({ closing, chosen, held }) => [connected(closing, chosen), protection(closing, chosen, (place) => held.includes(place))])));
"""


@pytest.fixture(scope="module")
def result():
    return belt_result()


def asked(cases):
    """Return what the script of the page answers."""
    if not NODE.exists():
        pytest.skip("node is not installed: make setup")
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", ASK % SCRIPT.as_uri()],
        input=json.dumps(cases), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


def random_ground(seed, shapes, size=35, parts=12):
    """Return gaps and protected parts beside each other at random, more gaps than the page lists."""
    random = np.random.default_rng(seed)
    borders = [
        frozenset(random.choice(parts, random.integers(0, 3), replace=False).tolist()) for _ in range(size)
    ]
    beside = [set() for _ in range(size)]
    for one, two in random.integers(0, size, (size, 2)).tolist():
        if one != two:
            beside[one].add(two)
            beside[two].add(one)
    held = random.uniform(1, 3000, parts)
    return Gaps(
        np.resize(shapes, size), np.sort(random.uniform(10, 3000, size))[::-1], np.zeros(size, int), 0.0, 1e5,
        float(held.sum()), held, tuple(borders), tuple(map(frozenset, beside)), np.empty(parts, object),
    )  # fmt: skip


def with_ground(result, ground, best):
    belt = result.belts["barrier"]
    gaps = belt.analysis.gaps.iloc[np.resize(np.arange(len(belt.analysis.gaps)), len(ground.areas))]
    analysis = replace(
        belt.analysis, open_ground=ground, gaps=gaps, closing=replace(belt.analysis.closing, gaps=best)
    )
    return replace(result, belts={"barrier": replace(belt, analysis=analysis)})


@pytest.mark.parametrize("seed", range(4))
def test_the_script_joins_what_the_package_joins(result, seed):
    """For random choices of listed gaps, protected parts and the largest connected one are those of the package."""
    ground = random_ground(seed, result.belts["barrier"].analysis.open_ground.shapes)
    [entry] = belt_entries(with_ground(result, ground, (0, 3, 30)), Strings())
    listed = entry["closing"]["gaps"]["feature"]
    assert listed == [*range(LARGEST), 30]
    random = np.random.default_rng(seed + 100)
    choices = [random.choice(len(listed), random.integers(0, 9), replace=False).tolist() for _ in range(60)]
    found = asked([{"closing": entry["closing"], "chosen": chosen, "held": []} for chosen in choices])
    for chosen, (area, _) in zip(choices, found, strict=True):
        assert area == pytest.approx(closed(ground, [listed[gap] for gap in chosen])[0], abs=1e-4)


def test_protected_shares_change_by_the_areas_of_the_gaps(result):
    belt = result.belts["barrier"]
    [entry] = belt_entries(result, Strings())
    closing, ground = entry["closing"], belt.analysis.open_ground
    every = list(range(len(result.units)))
    county = closing["gaps"]["unit"][0]
    [(_, zone), (_, one)] = asked([
        {"closing": closing, "chosen": closing["best"], "held": every},
        {"closing": closing, "chosen": closing["best"], "held": [county]},
    ])  # fmt: skip
    assert zone["whole"] == pytest.approx(ground.barrier_km2, rel=1e-6)
    assert zone["now"] == pytest.approx(ground.protected_km2, rel=1e-6)
    assert zone["then"] == pytest.approx(belt.analysis.closing.protected_km2, rel=1e-6)
    here = [gap for gap in closing["best"] if closing["gaps"]["unit"][gap] == county]
    assert one["then"] - one["now"] == pytest.approx(sum(closing["gaps"]["area"][gap] for gap in here))
    assert str(result.units["code"].iloc[county]) == belt.analysis.gaps["county_code"].iloc[0]


def test_the_public_edition_has_no_choice_of_gaps(result):
    strings = Strings()
    [entry] = belt_entries(public_edition(result), strings)
    assert entry["gaps"] is None
    assert entry["closing"] is None
    assert entry["axis"] == "barrier_axis"
    assert "closing" not in strings.pairs[entry["text"]][1]


def test_nothing_is_called_unprotected_where_no_layer_protects(result):
    belt = result.belts["barrier"]
    unknown = replace(belt, analysis=replace(belt.analysis, open_ground=None, closing=None))
    [entry] = belt_entries(replace(result, belts={"barrier": unknown}), Strings())
    assert (entry["safe"], entry["closing"]) == (False, None)
    assert belt_entries(result, Strings())[0]["safe"]


def test_a_zone_without_a_belt_has_no_entry():
    assert belt_entries(sample_result(), Strings()) == []


def test_a_mosaic_without_the_layers_gives_no_choice_of_gaps(result):
    bare = replace(result, mosaic=result.mosaic.drop(columns="redline"))
    [entry] = belt_entries(bare, Strings())
    assert entry["closing"] is None
    assert entry["gaps"] == "barrier_gaps"
