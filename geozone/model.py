"""The words of the field as types: zones, layers, findings, targets, registers, rates.

Nothing here computes or reads; every other module speaks in these types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geozone.addresses import database_name
from geozone.messages import NO_TEXT, Language, Message, Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

CRS = "EPSG:4490"  # CGCS2000, longitude and latitude in degrees
# of latitude, in the mean, for distances to search and to tolerate; lengths that are told are geodesic
METRES_PER_DEGREE = 111_195.0
NATIONAL = "national"  # in the place of a zone: what speaks of the whole country


class Basis(StrEnum):
    """Where a layer or register stands."""

    OFFICIAL = "official"  # supplied by the authority
    PUBLIC = "public"  # real data from a public source
    DERIVED = "derived"  # computed here by a stated rule
    SCHEMATIC = "schematic"  # drawn
    WORKING = "working"  # a stand-in list
    SYNTHETIC = "synthetic"  # test data


class Level(StrEnum):
    """Administrative level of a unit, finest first; the zone is the uppermost. Several units together are a region."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    ZONE = "zone"
    REGION = "region"


UNIT_LEVELS = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.ZONE)


class Severity(StrEnum):
    """How much a finding matters: an error stops the job."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Status(StrEnum):
    """Status of one item of a register. Only `BUILT` counts as completed."""

    BUILT = "built"
    RECOGNISED = "recognised"  # an excellent or nominated case: honoured, not built
    UNDER_CONSTRUCTION = "under_construction"
    PLANNED = "planned"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a rate is made of."""

    COVERAGE = "coverage"
    COMPLETION = "completion"
    LENGTH = "length"
    RASTER = "raster"
    AREA = "area"
    SHARE_OF_UNITS = "share_of_units"
    COUNT = "count"
    POINTS = "points"
    MEAN = "mean"
    CONNECTIVITY = "connectivity"
    CHANGE = "change"
    REPORTED = "reported"


class PlaceGroup(StrEnum):
    """What a place of the documents is, as maps draw it apart."""

    AREA = "area"  # one that a policy draws: a new area, a functional zone
    LAND = "land"  # mountains, plains, woods, parks
    WATER = "water"  # rivers, lakes, reservoirs
    SHORE = "shore"  # the sea and its shore
    UNIT = "unit"  # an administrative unit or a zone under its name


class BreakKind(StrEnum):
    """How a barrier does not hold at a place."""

    CUT = "cut"
    NARROW = "narrow"
    UNPROTECTED = "unprotected"
    BUILT = "built"


class ChangeBasis(StrEnum):
    """What an increase or a decrease is counted in."""

    POINTS = "percentage_points"
    RELATIVE = "relative"


class Comparator(StrEnum):
    """How a target compares; ``以上``, 'over' and 'more than' are all at-least."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="
    ABOUT = "about"
    INCREASE = "increase"
    DECREASE = "decrease"
    STABLE = "stable"
    FULL = "full"  # full coverage, all units: 100 % implied
    EXTERNAL = "external"  # the figure stands in another document
    QUALITATIVE = "qualitative"


class Modality(StrEnum):
    """The mood of a clause."""

    FIRM = "firm"
    ABOUT = "about"
    BASICALLY = "basically"
    STRIVE = "strive"
    EXPLORE = "explore"
    EXTERNAL = "external"


class Verdict(StrEnum):
    """A rate held against its target."""

    MET = "met"
    SHORT = "short"
    ON_TRACK = "on_track"
    REPORT_ONLY = "report_only"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or notable in the data, with where it is and what to do about it."""

    kind: str  # short stable identifier, e.g. "ring_self_intersection"
    severity: Severity
    layer: str
    message: Message  # what was found
    remedy: Message  # what to do about it
    feature: str | None = None  # feature id, row number or key
    place: tuple[float, float] | None = None  # longitude, latitude
    rule: str | None = None  # code of the rule of a standard that it breaks


@dataclass(frozen=True, slots=True)
class Decision:
    """Something the reader had to decide (encoding, CRS, salvage), with its reason."""

    kind: str  # "encoding", "crs", "axis_order", "fields", "salvage", ...
    value: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Change:
    """What reading did to one feature, for the ledger; an area that nobody can know is NaN."""

    feature: str
    method: str  # "ring_closed", "left_out", "area_changed", ...
    before_km2: float
    after_km2: float


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How a layer is drawn, alike on the page, in print and in QGIS. Colours are ``#rrggbb``."""

    kind: str  # "fill" | "tint" (an outline, coloured along its inside) | "hatch" | "outline" | "line" | "rate" | "status"
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    opacity: float = 1.0
    dash: str | None = None
    size: float = 1.0  # of points, times the usual one
    mark: str = "circle"  # of points: "circle" | "square" | "triangle" | "diamond"


@dataclass(frozen=True, slots=True)
class LayerSource:
    """One file (and table inside it) of a layer, and how it is to be read."""

    path: Path | str  # a file, or the address of a database
    layer: str | None = None
    zones: tuple[str, ...] = ()  # zones that the file has data for; empty means any
    crs: str | None = None  # only where the file is silent or wrong
    encoding: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)  # field of geozone -> field of the file

    @property
    def name(self) -> str:
        """What the file is called; of a database its address, without credentials."""
        if isinstance(self.path, Path):
            return self.path.name
        return database_name(self.path, self.layer)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where data comes from, as its producer says it: what was done to it since stands apart."""

    title: Text
    producer: Text = NO_TEXT
    published: str = ""  # date, as far as known: 2025, 2025-01 or 2025-01-27
    taken: str = ""  # date when it was taken from there
    licence: Text = NO_TEXT
    citation: Text = NO_TEXT  # as its producer wants it cited, where he says so


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """What is declared of a layer, in ``layers/<id>.toml`` or in the user's project file."""

    id: str
    role: str  # an id of `geozone.manifest.roles`
    title: Text
    basis: Basis
    source: Text
    licence: str
    vintage: str
    accuracy: Text
    sources: tuple[LayerSource, ...]
    style: LayerStyle = field(default_factory=lambda: LayerStyle("fill"))
    note: Text | None = None
    zones: tuple[str, ...] = ()  # zones that the layer has data for; empty means any
    classes: Mapping[str, tuple[float, ...]] = field(
        default_factory=dict
    )  # of a class raster: name -> values
    origins: tuple[Origin, ...] = ()  # what `source` and `licence` say in one text, part by part
    processing: Text = NO_TEXT  # what was done to it since it was taken
    width_m: float | None = None  # of the belt on each side of its lines, where they stand for one


@dataclass
class Layer:
    """A layer as read: features in EPSG:4490 with everything that was decided and found on the way."""

    id: str
    data: gpd.GeoDataFrame
    spec: LayerSpec | None = None
    findings: list[Finding] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    changes: list[Change] = field(
        default_factory=list
    )  # what reading changed, until repair enters it in its ledger
    crs: Any = None  # that of the file (pyproj.CRS), where it is known


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document."""

    id: str
    title: Text
    issued: str
    issuer: Text
    url: str | None = None
    short: Text | None = None  # what a sentence calls it, where one does
    chapters: Mapping[str, Text] = field(default_factory=dict)  # headings by number


@dataclass(frozen=True, slots=True)
class Reading:
    """The likely value behind a misprinted figure."""

    value: float
    source: Text
    reason: Text
    said: Text = NO_TEXT  # why the printed figure cannot hold, in a few words
    short: Text = NO_TEXT  # source and value in a few words


@dataclass(frozen=True, slots=True)
class Target:
    """What a policy clause demands."""

    id: str
    documents: tuple[str, ...]
    clause: str
    zone: str
    region: Text
    region_codes: tuple[str, ...]  # adcodes that the clause speaks of; empty means the whole zone
    indicator: str  # an indicator id of geozone.rates, or one of its own where nothing is computed
    title: Text
    comparator: Comparator
    modality: Modality
    value: float | None
    unit: str  # "%", "km2", "count", "percentage_points", ...
    year: int | None
    base_year: int | None = None
    change_basis: str | None = None  # "percentage_points" | "relative" | None for a level
    printed: Mapping[str, str] = field(default_factory=dict)  # document id -> figure as printed
    denominator: Text | None = None
    reading: Reading | None = None
    note: Text | None = None
    reference: bool = False  # set by another document than the zone's own
    place: str = ""  # id of the place that the clause speaks of, where it is no unit: figures of it answer


@dataclass(frozen=True, slots=True)
class Zone:
    """An area with targets."""

    key: str
    title: Text
    kind: str  # "pilot_zone" | "province"
    members: tuple[str, ...]  # adcodes of member provinces or cities
    levels: tuple[Level, ...]  # levels that the embedded boundary has, finest first
    documents: tuple[str, ...]
    coastal: tuple[str, ...] = ()  # member provinces that have a sea coast
    note: Text | None = None
    short: Text = NO_TEXT  # what sentences call it


@dataclass(frozen=True, slots=True)
class RegisterTotal:
    """A published number of items for a unit, where the list itself is not public."""

    unit_code: str
    count: int
    source: str
    source_date: str


REGISTER_COLUMNS = (
    "item_id", "name", "name_en", "province_code", "city_code", "county_code", "status", "status_date",
    "planned_year", "shore_km", "area_km2", "length_km", "basis", "source", "source_date", "confidence", "note",
)  # fmt: skip


@dataclass
class Register:
    """A list of items with a status each: the denominator of a completion rate."""

    id: str
    role: str  # what its items are: an id of `geozone.manifest.inputs`
    basis: Basis
    as_of: str
    source: Text
    items: pd.DataFrame  # REGISTER_COLUMNS; codes are six-digit strings, missing codes ""
    totals: tuple[RegisterTotal, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    level: Level | None = None  # of a register of units
    origins: tuple[Origin, ...] = ()

    def with_items(self, items: pd.DataFrame) -> Register:
        """Return the register with some of its items only."""
        return replace(self, items=items)


NO_COLUMN: Mapping[str, Any] = {"column": False}  # of what helps to write a row and is none of its columns


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of the rates table; its columns are fixed (README, "Rates")."""

    zone: str
    unit_code: str
    unit_name: Text
    level: Level
    indicator: str
    kind: Kind | None
    numerator: float | None
    denominator: float | None
    unit: str  # unit of numerator and denominator: "km2", "km", "count"
    value: float | None  # fraction 0..1, or km² for kind area
    low: float | None
    high: float | None
    basis: Basis | None
    target_id: str | None
    comparator: Comparator | None
    target_value: float | None  # in the unit of value: a fraction, or km²
    target_year: int | None
    verdict: Verdict | None  # None where no target applies to the unit
    gap: float | None  # positive: missing to the target
    gap_unit: str | None
    vintage: str | None
    method: Text
    note: Text
    places: int = field(default=0, metadata=NO_COLUMN)  # decimals that a reported value was printed with

    @property
    def applies(self) -> bool:
        """Whether there is enough for a rate; where there is not, the denominator says how little there is."""
        return self.value is not None or self.low is not None or self.denominator is None

    def row(self, lang: Language) -> dict[str, Any]:
        """Return the row as plain values in one language, in the fixed column order."""
        return {column: _plain(getattr(self, column), lang) for column in RATE_COLUMNS}


RATE_COLUMNS: tuple[str, ...] = tuple(item.name for item in fields(Rate) if item.metadata != NO_COLUMN)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run with its figures."""

    name: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None  # that it took, for the run record alone
    peak_memory_mb: float | None = None  # the most that the process has had by its end, likewise


def _no_rows() -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - whoever speaks of zones and targets alone does not wait for it

    return pd.DataFrame()


@dataclass
class ZoneResult:
    """Everything that a run computed for one zone: what the page, the tables and the GeoPackage are made of.

    ``units`` holds one row per unit and level (the zone itself included) with the columns
    ``code, name, name_en, level, parent, area_km2, geometry``. ``layers`` are cut to the zone, by layer id:
    ``redline, barrier, bays, rivers, lakes, coastline``, and those made of them; one that the zone lacks is absent.
    ``mosaic`` has one row per finest unit and combination of layers: ``code``, one bool column per layer, ``area_km2``.
    ``redline_areas`` has the red line area of the zone and its provinces by every defensible choice (area method,
    coastline, repair): ``code, method, coastline, repair, area_km2, unit_km2``; empty where there is no red line.
    """

    zone: Zone
    title: Text
    review_number: str  # 审图号; empty: not reviewed
    units: gpd.GeoDataFrame
    layers: dict[str, Layer]
    mosaic: pd.DataFrame
    rates: list[Rate]
    targets: list[Target]
    documents: dict[str, Document]
    registers: dict[str, Register]  # "bay", "river", "lake"
    findings: list[Finding] = field(default_factory=list)
    ledger: pd.DataFrame = field(default_factory=_no_rows)  # repairs: layer, feature, area before and after
    steps: list[Step] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(
        default_factory=list
    )  # path, layer, sha256, basis, vintage, source, licence
    redline_areas: pd.DataFrame = field(default_factory=_no_rows)
    relief: tuple[LayerSource, ...] = ()  # elevation models for the hillshade backdrop, the first going first
    backdrop: Mapping[str, Layer] = field(
        default_factory=dict
    )  # what maps draw around and over the units, by purpose
    indicators: Mapping[str, Any] = field(
        default_factory=dict
    )  # `geozone.manifest.indicators.Indicator` by id
    figures: Any = None  # `geozone.rates.figures.Figures`
    rasters: Mapping[str, LayerSpec] = field(default_factory=dict)  # that rates are made from
    belts: Mapping[str, Any] = field(default_factory=dict)  # `geozone.run.belts.BeltResult` by role
    years: Mapping[int, Mapping[int, Rate | None]] = field(
        default_factory=dict
    )  # year -> what differed at its end: place of a rate -> that of then, None where there was none
    story: Text | None = None  # as its run record tells it, where the result is read from files
    since: Any = None  # `geozone.diff.SinceRelease`; None where there is nothing to compare with
    reused: Iterable[Any] = ()  # `geozone.reuse.reuse.Reused`: what was taken from earlier runs
    embedded: bool = False  # nothing was supplied: all is made from what comes with the product


def _plain(value: Any, lang: Language) -> Any:
    if isinstance(value, Text):
        return value.get(lang)
    return value.value if isinstance(value, StrEnum) else value
