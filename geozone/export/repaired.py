"""Repaired layers with the ledger of what was changed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio

from geozone.errors import UsageError
from geozone.files import whole_file
from geozone.model import Layer


def write_repaired(repaired: list[tuple[Layer, pd.DataFrame]], path: Path) -> None:
    """Write repaired layers, and one table ``ledger`` of all repairs, to a GeoPackage.

    Parameters
    ----------
    repaired
        Layers with the ledgers that `geozone.repair` returned; two layers of one name are numbered.
    path
        The file; its name must end in ``.gpkg``.

    Raises
    ------
    UsageError
        If the name ends otherwise or the file cannot be written.
    """
    if path.suffix.lower() != ".gpkg":
        raise UsageError("cli.only_geopackage", path=path)
    names: dict[str, int] = {}
    with whole_file(path) as unfinished:
        for layer, _ in repaired:
            names[layer.id] = names.get(layer.id, 0) + 1
            name = layer.id if names[layer.id] == 1 else f"{layer.id}_{names[layer.id]}"
            pyogrio.write_dataframe(
                layer.data, unfinished, layer=name, driver="GPKG", append=unfinished.exists()
            )
        ledger = pd.concat([ledger for _, ledger in repaired], ignore_index=True)
        pyogrio.write_dataframe(ledger, unfinished, layer="ledger", driver="GPKG", append=True)
