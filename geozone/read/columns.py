"""Which columns of a table hold coordinates: pairs of one family, chosen where only one can be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NoReturn

from geozone.errors import InputError
from geozone.read.angle_parts import cells_of, is_whole, with_parts
from geozone.read.coordinates import has_decimal_commas, read_coordinate, read_pair
from geozone.read.headings import Heading, both_of, geometry_of, read_heading

WKT = re.compile(
    r"\s*(SRID=(\d+);)?\s*(POINT|LINESTRING|POLYGON|MULTI\w+|GEOMETRYCOLLECTION|TIN|TRIANGLE|POLYHEDRALSURFACE|LINEARRING)\b",
    re.IGNORECASE,
)
HEX = re.compile(r"0[01][0-9A-Fa-f]{20,}")
GEOJSON = re.compile(r'\s*\{\s*"(?:type|coordinates|geometries|crs)"')
CHOSEN = ("lon", "lat", "x", "y", "geometry")  # fields of geozone by which the user names the columns
_EXACT = ("EPSG:4490", "EPSG:4326")  # systems that need no conversion and no doubt, the better first
_ALIKE = 1e-6  # degrees between two pairs that say the same
_SAMPLE = 200  # rows that tell what a column holds


@dataclass(frozen=True, slots=True)
class Pair:
    """The columns of one coordinate pair; each side is one column, or degrees, minutes and seconds."""

    east: tuple[int, ...]
    north: tuple[int, ...]
    kind: str  # "angle" or "plane"
    system: str | None = None  # what the headings state
    place: str = ""
    packed: bool = False  # the headings say that minutes and seconds stand behind the point: 117.1230


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that hold its places: geometries, both coordinates in one cell, or a pair."""

    geometry: int | None = None
    both: int | None = None
    pair: Pair | None = None
    others: tuple[Pair, ...] = ()  # pairs that were passed over
    single: tuple[int, ...] = ()  # columns of another place that have no partner
    headed: str | None = None  # the system that the heading of geometries, or of both coordinates, states

    @property
    def places(self) -> tuple[int, ...]:
        """The numbers of the columns."""
        if self.pair is not None:
            return self.pair.east + self.pair.north
        return tuple(place for place in (self.geometry, self.both) if place is not None)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Columns of which nobody can know which are meant, as pairs or geometries."""

    choices: tuple[tuple[int, ...], ...]


def find_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns | Rivals | None:
    """Return the columns with coordinates, those to choose from, or None where there are none.

    Parameters
    ----------
    header, rows
        The heading and the rows below it, as texts; the first rows tell what a column holds.
    """
    sample = [row for row in rows[:_SAMPLE] if any(row)]
    header = with_parts(header, sample)
    pairs = [pair for pair in _pairs(header, sample) if _is_filled(pair, sample)]
    return (
        _of_geometries(header, sample)
        or (_of_pairs(pairs, header, sample) if pairs else None)
        or _of_one_cell(header, sample)
    )


def _of_geometries(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Columns | Rivals | None:
    """Return the column of geometries; where several differ, those that are headed as one, else all, are rivals."""
    geometries = [place for place in range(len(header)) if _holds_geometries(sample, place)]
    if not geometries:
        return None
    named = [place for place in geometries if geometry_of(header[place]) is not None] or geometries
    chosen = _unshifted(named, [geometry_of(header[place]) or "" for place in named])
    alike = all(cells_of(sample, place) == cells_of(sample, chosen[0]) for place in chosen)
    if not alike:
        return Rivals(tuple((place,) for place in chosen))
    return Columns(geometry=chosen[0], headed=geometry_of(header[chosen[0]]) or None)


def _unshifted(places: Sequence[int], systems: Sequence[str]) -> list[int]:
    """Return of several columns those in a system that needs no conversion, else those whose headings name none, else all."""
    exact = [
        place for code in _EXACT for place, system in zip(places, systems, strict=True) if system == code
    ]
    plain = [place for place, system in zip(places, systems, strict=True) if not system]
    return exact[:1] or plain or list(places)


def _of_pairs(
    pairs: Sequence[Pair], header: Sequence[str], sample: Sequence[Sequence[str]]
) -> Columns | Rivals:
    """Return the pair that is meant: of the features themselves, in degrees, in a system that needs no conversion."""
    likely = [pair for pair in pairs if not pair.place] or list(pairs)
    likely = [pair for pair in likely if pair.kind == "angle"] or likely
    exact = [pair for code in _EXACT for pair in likely if pair.system == code]
    if len(likely) > 1 and exact:
        likely = exact[:1]
    if any(not _same(pair, likely[0], sample) for pair in likely[1:]):
        return Rivals(tuple(pair.east + pair.north for pair in likely))
    used = {place for pair in pairs for place in pair.east + pair.north}
    single = tuple(
        place
        for place, heading in _headed(header, sample)
        if heading.place and heading.kind == "angle" and place not in used and heading.part is None
    )
    return Columns(
        pair=likely[0], others=tuple(pair for pair in pairs if pair is not likely[0]), single=single
    )


def _of_one_cell(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Columns | Rivals | None:
    """Return the column that holds both coordinates in one cell."""
    systems = {place: system for place, words in enumerate(header) if (system := both_of(words)) is not None}
    filled = [place for place in systems if _holds_pairs(sample, place)]
    both = _unshifted(filled, [systems[place] for place in filled])
    if len(both) > 1:
        return Rivals(tuple((place,) for place in both))
    return Columns(both=both[0], headed=systems[both[0]] or None) if both else None


def given_columns(header: Sequence[str], fields: Mapping[str, str], path: object) -> Columns | None:
    """Return the columns that the user names by `CHOSEN`, or None where none is named.

    Raises
    ------
    InputError
        If there is no such column, or only one of a pair is named.
    """
    asked = {name: fields[name] for name in CHOSEN if name in fields}
    if not asked:
        return None
    lower = [words.casefold() for words in header]
    places: dict[str, int] = {}
    for name, wanted in asked.items():
        if wanted.casefold() not in lower:
            raise InputError("read.no_such_field", path=path, field=wanted, choices=", ".join(header))
        places[name] = lower.index(wanted.casefold())
    if "geometry" in places:
        return Columns(geometry=places["geometry"])
    for east, north in (("lon", "lat"), ("x", "y")):
        if east in places and north in places:
            said = [read_heading(header[places[name]]) for name in (east, north)]
            systems = {heading.system for heading in said if heading is not None}
            kind = "angle" if east == "lon" else "plane"
            system = systems.pop() if len(systems) == 1 else None
            return Columns(pair=Pair((places[east],), (places[north],), kind, system))
    raise InputError("read.half_a_pair", path=path, field=", ".join(asked.values()))


def side(
    row: Sequence[str], places: tuple[int, ...], *, decimal_comma: bool
) -> tuple[float | None, str | None]:
    """Return the coordinate that one row has in one column, or in those of degrees, minutes and seconds, and its axis."""
    cells = [row[place] if place < len(row) else "" for place in places]
    first = read_coordinate(cells[0], decimal_comma=decimal_comma) if cells[0] else None
    if first is None or len(places) == 1:
        return (None, None) if first is None else (first.value, first.axis)
    found = [first, *(read_coordinate(cell, decimal_comma=decimal_comma) for cell in cells[1:])]
    parts = [
        one.value if one is not None else 0.0 if not cell else -1.0
        for one, cell in zip(found, cells, strict=True)
    ]
    minutes, seconds = [*parts[1:], 0.0][:2]
    whole = float(first.value).is_integer() and (minutes.is_integer() or not seconds)
    if not whole or not (0.0 <= minutes < 60.0 and 0.0 <= seconds < 60.0):
        return None, None
    fraction = minutes / 60.0 + seconds / 3600.0
    negative = first.value < 0 or cells[0].lstrip().startswith("-")
    return (first.value - fraction if negative else first.value + fraction), first.axis


def commas_of(rows: Sequence[Sequence[str]], pair: Pair) -> bool:
    """Tell whether the commas in the columns of a pair divide whole and fraction."""
    cells = (row[place] for row in rows for place in pair.east + pair.north if place < len(row))
    return has_decimal_commas(cells, angles=pair.kind == "angle")


def refuse_without(header: Sequence[str], rows: Sequence[Sequence[str]], path: object) -> NoReturn:
    """Refuse a table without coordinates, naming the columns that would be some if they had a partner.

    Raises
    ------
    InputError
        Always.
    """
    headed = _headed(header, rows[:_SAMPLE])
    if any(not heading.bare for _, heading in headed) or len({heading.east for _, heading in headed}) == 2:
        single = ", ".join(header[place] for place, _ in headed)
        raise InputError("read.columns_unpaired", path=path, columns=single)
    raise InputError("read.no_coordinates", path=path)


def _headed(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[tuple[int, Heading]]:
    """Return the columns that are headed as coordinates and hold one at least."""
    found = [(place, read_heading(words)) for place, words in enumerate(header)]
    return [
        (place, heading)
        for place, heading in found
        if heading is not None and any(_reads(cell) for cell in cells_of(sample, place))
    ]


def _reads(cell: str) -> bool:
    return any(read_coordinate(cell, decimal_comma=comma) is not None for comma in (False, True))


def _pairs(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[Pair]:
    """Return the pairs of one family, one system and one place, in the order of their columns."""
    groups: dict[tuple[int, str | None, str], dict[tuple[bool, str | None], list[int]]] = {}
    kinds: dict[int, str] = {}
    packed: set[int] = set()  # columns
    for place, heading in _headed(header, sample):
        kinds[heading.family] = heading.kind
        packed |= {place} if heading.packed else set()
        members = groups.setdefault((heading.family, heading.system, heading.place), {})
        members.setdefault((heading.east, heading.part), []).append(place)
    pairs: list[Pair] = []
    for (family, system, where), members in groups.items():
        easts, norths = (_sides(members, sample, east=east) for east in (True, False))
        # headings that stand there twice go together in their order; of others, nobody can know which
        alike = len(easts) == len(norths)
        both = zip(easts, norths, strict=True) if alike else product(easts, norths)
        pairs += [
            Pair(east, north, kinds[family], system, where, packed=packed.issuperset(east + north))
            for east, north in both
        ]
    return pairs


def _sides(
    members: Mapping[tuple[bool, str | None], list[int]], sample: Sequence[Sequence[str]], *, east: bool
) -> list[tuple[int, ...]]:
    """Return the columns of one side of a pair, or of the several pairs that are headed alike."""
    parts = {part: members.get((east, part), []) for part in (None, "degrees", "minutes", "seconds")}
    wholes = parts[None] or parts["degrees"]
    if len(wholes) > 1 or not wholes:
        return [(place,) for place in wholes]
    one = {(east, part): places[0] for part, places in parts.items() if places}
    return [_side_columns(one, sample, east=east)]


def _side_columns(
    members: Mapping[tuple[bool, str | None], int], sample: Sequence[Sequence[str]], *, east: bool
) -> tuple[int, ...]:
    """Return the column of one side of a pair, or those of its degrees, minutes and seconds."""
    plain, degrees, minutes, seconds = (
        members.get((east, part)) for part in (None, "degrees", "minutes", "seconds")
    )
    whole = plain if plain is not None else degrees
    if whole is None:
        return ()
    if minutes is None or not is_whole(sample, whole):
        return (whole,)
    first = degrees if degrees is not None else whole
    return (first, minutes) if seconds is None else (first, minutes, seconds)


def _is_filled(pair: Pair, sample: Sequence[Sequence[str]]) -> bool:
    commas = commas_of(sample, pair)
    return all(
        any(side(row, places, decimal_comma=commas)[0] is not None for row in sample)
        for places in (pair.east, pair.north)
    )


def _same(one: Pair, two: Pair, sample: Sequence[Sequence[str]]) -> bool:
    """Tell whether two pairs say the same in every row."""
    commas = commas_of(sample, one), commas_of(sample, two)
    for row in sample:
        for first, second in ((one.east, two.east), (one.north, two.north)):
            value, other = (
                side(row, places, decimal_comma=comma)[0]
                for places, comma in zip((first, second), commas, strict=True)
            )
            if value is None or other is None:
                if value is not other:
                    return False
            elif abs(value - other) > _ALIKE:
                return False
    return True


def _holds_geometries(sample: Sequence[Sequence[str]], place: int) -> bool:
    cells = [cell for cell in cells_of(sample, place) if cell]
    found = sum(bool(WKT.match(cell) or HEX.match(cell) or GEOJSON.match(cell)) for cell in cells)
    return found * 2 > len(cells)


def _holds_pairs(sample: Sequence[Sequence[str]], place: int) -> bool:
    cells = [cell for cell in cells_of(sample, place) if cell]
    return sum(read_pair(cell) is not None for cell in cells) * 2 > len(cells)
