"""What a user gives as a layer or as zones: opened, with what was decided and found on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from geozone.checks.in_force import in_force_findings, says_whether_in_force
from geozone.checks.stated_areas import compare_stated_areas, stated_area_findings, states_areas
from geozone.errors import DataError, GeozoneError, UsageError
from geozone.model import CRS, Decision, Finding, Layer, Severity
from geozone.overlay.features import Features
from geozone.overlay.geojson_walk import Document
from geozone.overlay.plane import from_plane, parse_crs
from geozone.overlay.stream import feature_ids, layer_name, stream_features, walk_plain
from geozone.overlay.zones import frame_of
from geozone.read import list_layers, read_layer
from geozone.read.address import split_layer
from geozone.read.bulk import quiet
from geozone.read.crs import report_datum
from geozone.read.declared import tell_paging
from geozone.read.door import vector
from geozone.read.door.columnar import opened_parquet
from geozone.read.inference import CHINA
from geozone.read.named_maps import says_of_map, tell_named, values_of_maps, words_of
from geozone.read.notes import Notes
from geozone.read.parquet import SUFFIXES
from geozone.read.shift import SAMPLE, find_shift, is_embedded
from geozone.read.source import companion
from geozone.read.streaming import may_be_walked, place_of_extent, place_of_file, tells_its_place

_HALF_TURN = 180.0 + 1e-9  # degrees
_ZONE, _UNITS = "zone", "units"  # layers of the GeoPackages that geozone writes

Source: TypeAlias = str | Path | Layer | gpd.GeoDataFrame | gpd.GeoSeries


@dataclass(frozen=True, slots=True)
class Opened:
    """A layer in memory, with what is to be told of it."""

    data: Layer | gpd.GeoDataFrame
    findings: list[Finding] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How the layer is called."""
        return self.data.id if isinstance(self.data, Layer) else "layer"

    @property
    def ground(self) -> Layer | gpd.GeoDataFrame:
        """What an overlay takes."""
        return self.data

    def called(self, name: str) -> Opened:
        """Return it under another name, in what is told of it too; a frame has none."""
        if not isinstance(self.data, Layer):
            return self
        layer = replace(self.data, id=name, findings=[replace(one, layer=name) for one in self.data.findings])
        return replace(self, data=layer, findings=[replace(one, layer=name) for one in self.findings])


@dataclass(frozen=True, slots=True)
class Streamed:
    """A layer of which only the ground was read, with what is to be told of it."""

    name: str
    ground: Features
    findings: list[Finding] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def called(self, name: str) -> Streamed:
        """Return it under another name, in what is told of it too."""
        return replace(self, name=name, findings=[replace(one, layer=name) for one in self.findings])


def stream_or_open(source: Source, crs: Any = None, *, threads: int = 1) -> Opened | Streamed:
    """Stream a layer whose file needs no reader, and open any other; of either, an overlay takes the ``ground``.

    Parameters
    ----------
    source, crs
        As for `open_layer`.
    threads
        Threads to use.

    Raises
    ------
    InputError, UsageError
        As for `open_layer`.
    """
    if isinstance(source, str | Path) and crs is None:
        path, inside = split_layer(source)
        place = place_of_file(path, inside)
        stream = stream_features if place is not None else walk_plain if may_be_walked(path, inside) else None
        if stream is not None:
            with suppress(DataError):  # the reader looks at every feature, and names what is wrong
                features = stream(path, threads=threads, layer=inside)
                decisions = None if features is None else decisions_of(features, place)
                if features is not None and decisions is not None:
                    found = findings_of_file(Path(path), inside, features)
                    return Streamed(inside or Path(path).stem, features, found, decisions)
    return open_layer(source, crs)


def decisions_of(features: Features, place: list[Decision] | None) -> list[Decision] | None:
    """Return what the reader would say of the place of a streamed layer, or None where it would have to decide, mend or say more.

    Parameters
    ----------
    features
        The layer.
    place
        What `geozone.read.streaming.place_of_file` says of the file.
    """
    document: Document | None = features.document
    if not features.lie_within(CHINA):
        return None
    if document is None:
        return place
    if document.names is None:
        return None
    return place_of_extent(document.crs, document.extent)


def findings_of_file(path: Path, layer: str | None, features: Features) -> list[Finding]:
    """Return what is to be told of a layer that was streamed from a file, beside what the overlay finds in its ground."""
    document: Document | None = features.document
    notes = Notes(layer or path.stem)
    fields = _fields(path, layer, features)
    if document is not None:
        tell_paging(document.members, features.count, notes)
        tell_named(words_of(document.members), notes)
        if not is_embedded(path):
            rows = np.arange(0, len(features), len(features) // SAMPLE + 1, dtype=np.intp)
            find_shift(from_plane(features.take(rows)), notes)
    if not is_embedded(path):
        tell_named([notes.layer, path.stem, *values_of_maps(fields)], notes)
    return [*notes.findings, *_findings_of_fields(layer or _layer_of(path, document), fields, features)]


def open_layer(source: Source, crs: Any = None) -> Opened:
    """Open a layer: a path, a path with the layer inside (``FILE:LAYER``), a database address, a Layer or a GeoDataFrame.

    Parameters
    ----------
    source
        The layer.
    crs
        Its coordinate reference system, where it states none or a wrong one.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    UsageError
        If a GeoDataFrame has another CRS than the one given, or the source is none of these.
    """
    if isinstance(source, gpd.GeoDataFrame | gpd.GeoSeries):
        frame = _with_crs(frame_of(source), crs)
        notes = _notes_of_frame(frame)
        fields = _without_ground(pd.DataFrame(frame.drop(columns=frame.geometry.name)))
        planned = in_force_findings(Layer(notes.layer, fields))
        return Opened(frame, [*notes.findings, *planned], notes.decisions)
    layer = read_layer(source, crs=crs) if isinstance(source, str | Path) else source
    if not isinstance(layer, Layer):
        raise UsageError("overlay.not_a_layer", kind=type(layer).__name__)
    found = [*stated_area_findings(layer), *in_force_findings(layer)]
    return Opened(layer, [*layer.findings, *found], list(layer.decisions))


def _notes_of_frame(frame: gpd.GeoDataFrame) -> Notes:
    """Return what is to be told of a frame: an older datum, no features, longitudes that go on beyond 180°."""
    notes = Notes("layer")
    if frame.crs is not None:
        report_datum(frame.crs, notes)
    if not len(frame):
        notes.find("no_features", Severity.WARNING)
    elif frame.crs is not None and frame.crs.is_geographic:
        # a wrong CRS is told by the overlay
        far = np.abs(frame.geometry.bounds[["minx", "maxx"]].to_numpy()).max(axis=1, initial=0.0)
        beyond = np.flatnonzero((far > _HALF_TURN) & (far <= 2 * _HALF_TURN))
        if len(beyond):
            first = str(frame.index[beyond[0]])
            notes.find("beyond_180", Severity.WARNING, feature=first, count=len(beyond), first=first)
    return notes


def open_zones(source: Source, by: str | None = None, crs: Any = None) -> Opened:
    """Open zones; of geozone's own GeoPackage, they are its units.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    UsageError
        If the zones have no field `by`, or a GeoDataFrame has another CRS than the one given.
    """
    named = source
    if isinstance(source, str | Path):
        named = f"{source}:{_UNITS}" if _is_own_geopackage(source) else source
    opened = open_layer(named, crs)
    columns = opened.data.data.columns if isinstance(opened.data, Layer) else opened.data.columns
    if by is not None and (not isinstance(by, str) or by not in columns):
        raise UsageError(
            "cli.bad_by",
            path=source if isinstance(source, str | Path) else "zones",
            field=by,
            choices=", ".join(name for name in columns if name != "geometry"),
        )
    return opened


def _layer_of(path: Path, document: Document | None) -> str:
    """Return the name of the only layer of a file."""
    plain = document is not None or path.suffix.lower() in SUFFIXES
    return path.stem if plain else layer_name(path, None)


def _fields(path: Path, layer: str | None, features: Features) -> pd.DataFrame:
    """Return those fields of a streamed layer that tell something of it; no other field is read."""
    document: Document | None = features.document
    if document is None:
        return _telling_fields(path, layer or _layer_of(path, None))
    names = [name for name in document.names or () if _is_telling(name)]
    return document.table(names) if names else pd.DataFrame()


def _findings_of_fields(layer: str, fields: pd.DataFrame, features: Features) -> list[Finding]:
    """Return what the fields of a streamed layer tell: areas that differ from those drawn, features that are not in force."""
    if not len(fields.columns):
        return []
    drawn = np.bincount(features.features, weights=features.areas, minlength=len(fields))
    return [
        *compare_stated_areas(layer, fields, drawn.astype(np.float64)),
        *in_force_findings(Layer(layer, _without_ground(fields))),
    ]


def _compare_numbered(
    path: Path, layer: str | None, called: str, fields: pd.DataFrame, drawn: pd.Series
) -> list[Finding]:
    """Return what is to be told of stated areas, from drawn ones by the number of the feature in the file."""
    numbers = list(feature_ids(path, layer, len(fields)) or range(len(fields)))
    return compare_stated_areas(called, fields, drawn.reindex(numbers, fill_value=0.0).to_numpy())


def _without_ground(fields: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(fields, geometry=np.full(len(fields), None), crs=CRS)


def _is_telling(field: str) -> bool:
    return states_areas(field) or says_whether_in_force(field) or says_of_map(field)


def _telling_fields(path: Path, layer: str) -> pd.DataFrame:
    """Return the fields of a file that state areas, or whether features are in force."""
    with quiet():
        if path.suffix.lower() in SUFFIXES:
            with opened_parquet(path) as file:
                names = [name for name in file.schema_arrow.names if _is_telling(name)]
                return pd.DataFrame(file.read(columns=names).to_pandas(ignore_metadata=True))
        encoding = "GB18030" if path.suffix.lower() == ".shp" and companion(path, ".cpg") is None else None
        names = vector.info(path, layer=layer, encoding=encoding)["fields"].tolist()
        names = [name for name in names if _is_telling(str(name))]
        if not names:
            return pd.DataFrame()
        return pd.DataFrame(
            vector.frame(path, layer=layer, encoding=encoding, columns=names, read_geometry=False)
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer in a file that workers can use as it is."""

    path: Path
    inside: str | None
    name: str  # what it is called
    findings: list[Finding]
    decisions: list[Decision] = field(default_factory=list)
    labels: Mapping[int, object] | None = None  # of features, by number, where not as in the file
    inspect: Callable[[pd.Series], list[Finding]] | None = (
        None  # tells of drawn areas, where others are stated
    )


@contextmanager
def placed_files(layers: Mapping[str, Source], crs: Any = None) -> Iterator[dict[str, Placed]]:
    """Yield layers in files that workers can use as they are.

    A layer that the reader has to decide about is read and written into a folder that lasts as long as the context.

    Raises
    ------
    UsageError
        If a layer is no file.
    """
    with TemporaryDirectory(prefix="geozone-") as folder:
        files: dict[str, Placed] = {}
        for number, (name, source) in enumerate(layers.items()):
            if not isinstance(source, str | Path):
                raise UsageError("cli.cluster_needs_files")
            path, layer = split_layer(source)
            called = layer or Path(path).stem
            if crs is None and tells_its_place(path, layer):
                fields = _telling_fields(Path(path), layer or _layer_of(Path(path), None))
                found = in_force_findings(Layer(called, _without_ground(fields)))
                states = any(states_areas(str(column)) for column in fields.columns)
                inspect = partial(_compare_numbered, Path(path), layer, called, fields) if states else None
                files[name] = Placed(Path(path), layer, called, found, inspect=inspect)
                continue
            opened = open_layer(source, crs)
            file, data = Path(folder) / f"{number}.gpkg", frame_of(opened.data)
            data[["geometry"]].to_file(file)
            numbers = feature_ids(file, None, len(data)) or ()
            labels = {int(number): name for number, name in zip(numbers, data.index, strict=False)}
            files[name] = Placed(file, None, called, opened.findings, opened.decisions, labels)
        yield files


def _is_own_geopackage(path: str | Path) -> bool:
    """Tell whether a path without a layer is a GeoPackage that geozone wrote."""
    if not str(path).lower().endswith(".gpkg"):
        return False
    try:
        return {_ZONE, _UNITS} <= set(list_layers(path))
    except GeozoneError:  # told where it is read
        return False


def _with_crs(frame: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:
    if crs is None:
        return frame
    wanted = parse_crs(crs)
    if frame.crs is None:
        return frame.set_crs(wanted)
    if frame.crs != wanted:
        raise UsageError("overlay.two_crs", first=str(frame.crs), second=str(crs))
    return frame
