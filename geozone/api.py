"""The Python interface: any file, layer or frame in; tables, maps and files out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

import geozone.overlay.change
import geozone.overlay.coverage
import geozone.overlay.mosaic
from geozone.checks.findings import is_complete
from geozone.checks.report import grouped
from geozone.errors import DataError, GeozoneWarning, UsageError
from geozone.maps.page import render_page
from geozone.maps.table_page import Words, as_text, described, page_words, table_result, table_story
from geozone.messages import Language, message
from geozone.model import Decision, Finding, Severity
from geozone.notebook import Map, shown
from geozone.overlay.cluster import coverage_on_cluster, mosaic_on_cluster
from geozone.overlay.features import Features, Progress
from geozone.overlay.losses import decided, tell, told
from geozone.overlay.outlines import with_outlines
from geozone.overlay.stream import NotAcceptedError, coverage_of_file, features_of_file, walk_plain
from geozone.read.address import split_layer
from geozone.read.streaming import may_be_walked, place_of_file
from geozone.sources import (
    Opened,
    Placed,
    Source,
    Streamed,
    decisions_of,
    findings_of_file,
    open_layer,
    open_zones,
    placed_files,
    stream_or_open,
)
from geozone.system import processors


def coverage(
    layer: Source,
    zones: Source,
    *,
    by: str | None = None,
    crs: Any = None,
    zones_crs: Any = None,
    threads: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Return how much of every zone a layer covers, each piece of ground counted once.

    Parameters
    ----------
    layer, zones
        Paths, paths with the layer inside (``FILE:LAYER``), Layers or GeoDataFrames, in any CRS. Of a GeoPackage that
        geozone wrote, the zones are its units. A layer in a GeoPackage, FlatGeobuf, shapefile, file geodatabase or
        GeoParquet that tells its CRS is streamed.
    by
        Field of `zones` that names them; the row number by default.
    crs, zones_crs
        Coordinate reference systems of `layer` and `zones`, where they state none or a wrong one.
    threads
        Threads to use; one a processor by default.
    workers, scheduler
        Worker processes of a Dask cluster on this machine, or the address of a running one; for a layer in a file.
    progress
        Called now and then with how much is done and of how much (0 where that is not known yet): features while a file is
        streamed, then tiles; not on a cluster. True shows a bar, in a notebook or on a terminal.

    Returns
    -------
    DataFrame
        Index: the zone's name. Columns ``zone_km2, gross_km2, net_km2, overlap_km2, share, features``; the areas are
        on the CGCS2000 ellipsoid, ``share`` is net ÷ zone. ``attrs["findings"]`` and ``attrs["decisions"]`` tell what
        was found and decided about both inputs, ``attrs["complete"]`` whether everything that they hold counted.

    Warns
    -----
    GeozoneWarning
        One for each kind of finding that is more than a note.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    UsageError
        If the zones have no field `by`, or an input has no CRS.

    Examples
    --------
    >>> import geopandas, geozone, shapely
    >>> zones = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490)
    >>> twice = [shapely.box(116, 39, 116.5, 41), shapely.box(116.25, 39, 116.5, 40)]
    >>> table = geozone.coverage(geopandas.GeoDataFrame(geometry=twice, crs=4490), zones, by="id")
    >>> [round(float(table[name]["a"]), 1) for name in ("zone_km2", "gross_km2", "net_km2", "share")]
    [9549.5, 7162.1, 4774.8, 0.5]
    """
    units = open_zones(zones, by, zones_crs)
    if workers is not None or scheduler is not None:
        with placed_files({"layer": layer}, crs) as files:
            file = files["layer"]
            table = coverage_on_cluster(
                file.path,
                units.data,
                by=by,
                layer=file.inside,
                scheduler=scheduler,
                workers=workers or 1,
                called=file.name,
                labels=file.labels,
                inspect=file.inspect,
            )
        return _told(table, units, file)
    with shown(progress) as follow:
        streamed = _streamed(layer, units, by, crs, threads, follow)
        if streamed is not None:
            return _told(streamed, units)
        opened = open_layer(layer, crs)
        table = geozone.overlay.coverage.coverage(
            opened.data, units.data, by=by, threads=threads, progress=follow
        )
    return _told(table, units, opened)


def mapped_coverage(
    layer: Source, zones: Source, *, by: str | None = None, **options: Any
) -> gpd.GeoDataFrame:
    """Return `coverage` with the polygons of the zones.

    Parameters
    ----------
    layer, zones, by, options
        As for `coverage`.

    Returns
    -------
    GeoDataFrame
        The rows of `coverage` in EPSG:4490, with its ``attrs``.
    """
    units = open_zones(zones, by, options.pop("zones_crs", None))
    return with_outlines(coverage(layer, units.data, by=by, **options), units.data, by)


def mosaic(
    layers: Mapping[str, Source],
    zones: Source,
    *,
    by: str | None = None,
    crs: Any = None,
    zones_crs: Any = None,
    threads: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Return the area of every combination of layers in every zone; the rows of a zone add up to its area.

    Parameters
    ----------
    layers
        Paths, Layers or GeoDataFrames by name, 16 at most; paths are streamed as by `coverage`.
    crs
        Coordinate reference system of all the layers, where they state none or a wrong one.
    zones, by, zones_crs, threads, workers, scheduler, progress
        As for `coverage`.

    Returns
    -------
    DataFrame
        The zone's name, one bool column per layer, ``area_km2``; ``attrs`` as for `coverage`.

    Warns
    -----
    GeozoneWarning
        One for each kind of finding that is more than a note.
    """
    if not isinstance(layers, Mapping):
        raise UsageError("overlay.layers_by_name", kind=type(layers).__name__)
    units = open_zones(zones, by, zones_crs)
    if workers is not None or scheduler is not None:
        with placed_files(layers, crs) as files:
            table = mosaic_on_cluster(
                {name: file.path for name, file in files.items()},
                units.data,
                by=by,
                names={name: file.inside for name, file in files.items()},
                scheduler=scheduler,
                workers=workers or 1,
                labels={name: file.labels for name, file in files.items() if file.labels is not None},
                inspect={name: file.inspect for name, file in files.items() if file.inspect is not None},
            )
        return _told(table, units, *files.values())
    count = threads or processors()
    opened = {name: stream_or_open(layer, crs, threads=count) for name, layer in layers.items()}
    with shown(progress) as follow:
        table = geozone.overlay.mosaic.mosaic(
            {name: one.ground for name, one in opened.items()},
            units.data,
            by=by,
            threads=threads,
            progress=follow,
        )
    return _told(table, units, *opened.values())


def change(
    old: Source,
    new: Source,
    zones: Source,
    *,
    by: str | None = None,
    crs: Any = None,
    zones_crs: Any = None,
    threads: int | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Return how a layer changed between two vintages in every zone, each piece of ground counted once.

    Parameters
    ----------
    old, new
        The vintages: paths, paths with the layer inside (``FILE:LAYER``), Layers or GeoDataFrames, in any CRS; paths are
        streamed as by `coverage`.
    crs
        Coordinate reference system of both, where they state none or a wrong one.
    zones, by, zones_crs, threads, progress
        As for `coverage`.

    Returns
    -------
    DataFrame
        Index: the zone's name. Columns ``zone_km2, old_km2, new_km2, gained_km2, lost_km2, unchanged_km2, net_km2``;
        gained less lost is net, and new less old. ``attrs`` as for `coverage`.

    Warns
    -----
    GeozoneWarning
        One for each kind of finding that is more than a note.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    UsageError
        If the zones have no field `by`, or an input has no CRS.
    """
    units, before, after = _vintages(old, new, zones, by, crs, zones_crs, threads)
    with shown(progress) as follow:
        table = geozone.overlay.change.change(
            before.ground, after.ground, units.data, by=by, threads=threads, progress=follow
        )
    return _told(_with_same_file(table, old, new), units, before, after)


def mapped_change(
    old: Source,
    new: Source,
    zones: Source,
    *,
    by: str | None = None,
    crs: Any = None,
    zones_crs: Any = None,
    threads: int | None = None,
    progress: Progress | bool | None = None,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return `change` with the polygons of the zones, and the ground that was gained and lost.

    Parameters
    ----------
    old, new, zones, by, crs, zones_crs, threads, progress
        As for `change`.

    Returns
    -------
    tuple of GeoDataFrame
        The rows of `change`; and one row for every piece of changed ground, the largest first: the zone's name,
        ``change`` (``gained`` or ``lost``), ``area_km2``. Both in EPSG:4490; ``attrs`` of the first as for `change`.
    """
    units, before, after = _vintages(old, new, zones, by, crs, zones_crs, threads)
    with shown(progress) as follow:
        found = geozone.overlay.change.mapped_change(
            before.ground, after.ground, units.data, by=by, threads=threads, progress=follow
        )
    _told(_with_same_file(found.by_zone, old, new), units, before, after)
    return found.by_zone, found.by_place


def _with_same_file(table: pd.DataFrame, old: Source, new: Source) -> pd.DataFrame:
    """Return a table of changes with the finding that both vintages are one file, where they are."""
    if not (isinstance(old, str | Path) and isinstance(new, str | Path) and str(old) == str(new)):
        return table
    said = message("overlay.same_file", file=Path(old).name), message("overlay.same_file_remedy")
    finding = Finding("same_file", Severity.WARNING, "layer", *said)
    return tell(table, [*told(table), finding], decided(table))


def _vintages(  # noqa: PLR0917 - one private step of `change`
    old: Source,
    new: Source,
    zones: Source,
    by: str | None,
    crs: Any,
    zones_crs: Any,
    threads: int | None,
) -> tuple[Opened, Opened | Streamed, Opened | Streamed]:
    """Return zones and both vintages, opened; two files of one name are told apart."""
    units = open_zones(zones, by, zones_crs)
    count = threads or processors()
    before, after = (stream_or_open(vintage, crs, threads=count) for vintage in (old, new))
    if before.name == after.name:
        before = before.called(f"{before.name} ({geozone.overlay.change.OLD})")
        after = after.called(f"{after.name} ({geozone.overlay.change.NEW})")
    return units, before, after


def _streamed(  # noqa: PLR0917 - one private step of `coverage`
    layer: Source, units: Opened, by: str | None, crs: Any, threads: int | None, progress: Progress | None
) -> pd.DataFrame | None:
    """Return the coverage by a layer that needs no reader, or None for any other."""
    if crs is not None or not isinstance(layer, str | Path):
        return None
    path, inside = split_layer(layer)
    place = place_of_file(path, inside)
    if place is None and not may_be_walked(path, inside):
        return None
    decisions: list[Decision] = []

    def accept(features: Features) -> bool:
        found = decisions_of(features, place)
        decisions.extend(found or [])
        return found is not None

    def inspect(features: Features) -> list[Finding]:
        return findings_of_file(Path(path), inside, features)

    with suppress(NotAcceptedError, DataError):  # the reader looks at every feature, and names what is wrong
        table = coverage_of_file(
            path,
            units.data,
            by=by,
            threads=threads,
            layer=inside,
            stream=features_of_file if place is not None else walk_plain,
            accept=accept,
            progress=progress,
            inspect=inspect,
        )
        name = inside or Path(path).stem
        return tell(table, told(table), [(name, decision) for decision in decisions])
    return None


def _told(table: pd.DataFrame, *opened: Opened | Streamed | Placed) -> pd.DataFrame:
    """Put what was found and decided about the inputs of a table into its attributes, and warn of what is grave."""
    findings = [finding for one in opened for finding in one.findings]
    told_already = {(finding.layer, finding.kind) for one in opened for finding in one.findings}
    findings += [one for one in told(table) if (one.layer, one.kind) not in told_already]
    decisions = [(one.name, decision) for one in opened for decision in one.decisions]
    tell(table, findings, [*decisions, *decided(table)])
    table.attrs["complete"] = is_complete(findings)
    for group in grouped(findings):
        if group.first.severity is not Severity.NOTE:
            # the caller of the public function stands two frames up
            warnings.warn(GeozoneWarning(group.message, group.first.remedy), stacklevel=3)
    return table


def page(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    *,
    title: Words,
    source: Words,
    by: str = "code",
    name: str = "name",
    titles: Mapping[str, Words] | None = None,
    measured_in: Mapping[str, str] | None = None,
    dates: str | Mapping[str, str] = "",
    totals: Mapping[str, float] | None = None,
    whole: Words | None = None,
    unit_word: Words | None = None,
    basis: str = "public",
    review_number: str = "",
    lang: Language = "zh",
) -> Map:
    """Return the offline page of any table: one html document with map, legend, table, search and print.

    It is the page that zones have, without anything about documents and targets. Nothing is converted or added up.

    Parameters
    ----------
    table
        One row a unit, one column an indicator.
    units
        The units: areas in any CRS. A column ``name_en`` has their English names.
    title, source
        What the page is called, and where the numbers come from: a text for both languages, or a pair of Chinese and English.
    by
        The column of `units` with their keys. The table has a column of this name, or the keys as its index.
    name
        The column of `units` with their names.
    titles
        What the indicators are called, by column, in the order of the page; all columns of numbers under their own names by
        default. The first one colours the map when the page opens.
    measured_in
        The unit of measure of each column; none by default. A column in ``%`` holds per cent: 56.3, not 0.563.
    dates
        The date that the numbers describe (``2024``, ``2024-06``), one for all or by column.
    totals
        Values of the whole, by column. Those that are not given are unknown: nobody can tell whether to add or to average.
    whole, unit_word
        What all units together are called, and what the units are called: ``("流域", "Catchments")``.
    basis
        Where the numbers stand: ``official``, ``public``, ``derived``, ``schematic``, ``working`` or ``synthetic``.
    review_number
        The approval number of the map (审图号), where it has one.
    lang
        The language that the page opens in.

    Returns
    -------
    Map
        The document, a text; write it in UTF-8, or leave it to a notebook to show.

    Warns
    -----
    GeozoneWarning
        If rows have no unit, or units no row; the page tells it too.

    Raises
    ------
    UsageError
        If a column, a CRS or a key is missing, keys are not unique, or a unit is no area.
    DataError
        If a value is no finite number, or no row has a unit.

    Examples
    --------
    >>> import geozone
    >>> html = geozone.page(table, units, title="Wells", source="Survey of 2024")  # doctest: +SKIP
    """
    given = described(
        table,
        by,
        title=title,
        source=source,
        whole=whole,
        titles=titles,
        measured_in=measured_in or {},
        dates=dates,
        totals=totals or {},
        basis=basis,
    )
    result = table_result(table, units, given, by=by, name=name)
    result.review_number = review_number
    for finding in result.findings:
        if finding.severity is not Severity.NOTE:
            warnings.warn(GeozoneWarning(finding.message, finding.remedy), stacklevel=2)
    words = page_words(None if unit_word is None else as_text(unit_word))
    return Map(render_page(result, lang=lang, words=words, story=table_story(result, given.source)))
