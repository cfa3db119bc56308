"""The Python interface: any file, layer or frame in; tables, maps and files out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import geopandas as gpd
import pandas as pd

import geozone.overlay.coverage
import geozone.overlay.mosaic
from geozone.errors import DataError, UsageError
from geozone.export.geopackage import write_geopackage
from geozone.maps.page import render_page
from geozone.messages import Language
from geozone.model import Layer, Rate, ZoneResult
from geozone.overlay.cluster import coverage_on_cluster, mosaic_on_cluster
from geozone.overlay.features import Progress
from geozone.overlay.stream import OutsideError, coverage_of_file
from geozone.project import Project, embedded_project, load_project
from geozone.read import read_layer
from geozone.read.inference import CHINA
from geozone.read.streaming import tells_its_place
from geozone.run.build import build
from geozone.run.compute import Options, compute

Source: TypeAlias = str | Path | Layer | gpd.GeoDataFrame


def coverage(
    layer: Source,
    zones: Source,
    *,
    by: str | None = None,
    threads: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return how much of every zone a layer covers, each piece of ground counted once.

    Parameters
    ----------
    layer, zones
        Paths, Layers or GeoDataFrames, in any CRS. A layer in a GeoPackage, FlatGeobuf or shapefile that tells its
        CRS is streamed.
    by
        Field of `zones` that names them; the row number by default.
    threads
        Threads to use; one a processor by default.
    workers, scheduler
        Worker processes of a Dask cluster on this machine, or the address of a running one; for a layer in a file.
    progress
        Called now and then with how much is done and of how much (0 where that is not known yet): features while a file is
        streamed, then tiles; not on a cluster.

    Returns
    -------
    DataFrame
        Index: the zone's name. Columns ``zone_km2, gross_km2, net_km2, overlap_km2, share, features``; the areas are
        on the CGCS2000 ellipsoid, ``share`` is net ÷ zone.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    UsageError
        If the zones have no field `by`.
    """
    units = _opened(zones, by)
    if workers is not None or scheduler is not None:
        with _placed_files({"layer": layer}) as files:
            return coverage_on_cluster(
                files["layer"], units, by=by, scheduler=scheduler, workers=workers or 1
            )
    if isinstance(layer, str | Path) and tells_its_place(Path(layer)):
        with suppress(OutsideError, DataError):  # the reader looks at every feature, and names what is wrong
            return coverage_of_file(layer, units, by=by, threads=threads, within=CHINA, progress=progress)
    return geozone.overlay.coverage.coverage(_opened(layer), units, by=by, threads=threads, progress=progress)


def mosaic(
    layers: Mapping[str, Source],
    zones: Source,
    *,
    by: str | None = None,
    threads: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the area of every combination of layers in every zone; the rows of a zone add up to its area.

    Parameters
    ----------
    layers
        Paths, Layers or GeoDataFrames by name, 16 at most.
    zones, by, threads, workers, scheduler, progress
        As for `coverage`.

    Returns
    -------
    DataFrame
        The zone's name, one bool column per layer, ``area_km2``.
    """
    units = _opened(zones, by)
    if workers is not None or scheduler is not None:
        with _placed_files(layers) as files:
            return mosaic_on_cluster(files, units, by=by, scheduler=scheduler, workers=workers or 1)
    opened = {name: _opened(layer) for name, layer in layers.items()}
    return geozone.overlay.mosaic.mosaic(opened, units, by=by, threads=threads, progress=progress)


class OpenProject:
    """A project that was opened: its rates, its map, its files.

    Parameters
    ----------
    project
        The project as declared.

    Examples
    --------
    >>> import geozone
    >>> project = geozone.open_project("bth")
    >>> project.rates().query("level == 'zone'")[["indicator", "value"]]  # doctest: +SKIP
    """

    def __init__(self, project: Project, options: Options | None = None) -> None:
        self.project = project
        self.options = options or Options()
        self._result: ZoneResult | None = None

    @property
    def result(self) -> ZoneResult:
        """Everything that was computed; the run is made on the first use."""
        if self._result is None:
            self._result = compute(self.project, self.options)
        return self._result

    def rates(self) -> pd.DataFrame:
        """Return the rates table, one row per unit and indicator."""
        return rates_frame(self.result.rates, self.options.lang)

    def map(self) -> str:
        """Return the page of the zone as html text."""
        return render_page(self.result, lang=self.options.lang)

    def export(self, path: str | Path) -> Path:
        """Write the GeoPackage of the zone."""
        write_geopackage(self.result, Path(path), lang=self.options.lang)
        return Path(path)

    def build(self, out: str | Path) -> list[Path]:
        """Write all files of the zone into a folder."""
        return build([self.project], Path(out), self.options)


def open_project(name: str | Path, *, lang: Language = "zh", threads: int | None = None) -> OpenProject:
    """Open a zone by its key (``bth``), or a project file by its path.

    Raises
    ------
    UsageError
        If there is no such zone.
    InputError
        If the project file is missing or cannot be read.
    """
    file = Path(name)
    project = load_project(file) if file.suffix == ".toml" else embedded_project(str(name))
    return OpenProject(project, Options(lang=lang, threads=threads))


def rates_frame(rates: Iterable[Rate], lang: Language) -> pd.DataFrame:
    """Return rates as a table with the fixed columns."""
    return pd.DataFrame([rate.row(lang) for rate in rates])


def _opened(source: Source, by: str | None = None) -> Layer | gpd.GeoDataFrame:
    opened = read_layer(source) if isinstance(source, str | Path) else source
    names = opened.data.columns if isinstance(opened, Layer) else opened.columns
    if by is not None and by not in names:
        raise UsageError(
            "cli.bad_by",
            path=source if isinstance(source, str | Path) else "zones",
            field=by,
            choices=", ".join(name for name in names if name != "geometry"),
        )
    return opened


@contextmanager
def _placed_files(layers: Mapping[str, Source]) -> Iterator[dict[str, Path]]:
    """Yield files that workers can use as they are; a layer that the reader has to decide about is read and written."""
    with TemporaryDirectory(prefix="geozone-") as folder:
        files: dict[str, Path] = {}
        for number, (name, layer) in enumerate(layers.items()):
            if not isinstance(layer, str | Path):
                raise UsageError("cli.cluster_needs_files")
            files[name] = Path(layer)
            if not tells_its_place(files[name]):
                files[name] = Path(folder) / f"{number}.gpkg"
                read_layer(layer).data[["geometry"]].to_file(files[name])
        yield files
