"""Features of GeoJSON, compiled: one walk over the bytes copies coordinates, and tells of anything that it does not know.

A feature is known where it is an object with a type, a geometry and perhaps properties, each of them once. Polygons are copied;
of any other geometry the walk tells where it stands.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, step
from geozone.overlay.compiled.json import (
    BRACE,
    BRACE_END,
    BRACKET,
    BRACKET_END,
    COLON,
    COMMA,
    LONG_NUMBER,
    NO_NUMBER,
    after_blanks,
    after_name,
    after_string,
    after_value,
    is_word,
    number_at,
)

# names that mean something in GeoJSON: each may stand once, and only where it belongs
_WORDS = (b"type", b"geometry", b"properties", b"id", b"coordinates", b"geometries", b"crs", b"features")
_TYPE, _GEOMETRY, _PROPERTIES, _ID, _COORDINATES, _GEOMETRIES, _ELSEWHERE = 1, 2, 4, 8, 16, 32, 64 | 128
_LETTERS = np.frombuffer(b"".join(_WORDS), np.uint8)
_ENDS = np.cumsum([0, *map(len, _WORDS)])
_FEATURE, _POLYGON, _MULTIPOLYGON = (
    np.frombuffer(b'"%s"' % word, np.uint8) for word in (b"Feature", b"Polygon", b"MultiPolygon")
)
_NULL = np.frombuffer(b"null", np.uint8)
# what a geometry is: unknown, of no form that is copied, a polygon, several
_UNKNOWN, _OTHER, _ONE, _SEVERAL = -1, 0, 3, 4
# where one batch ends
LEFT_OFF, FULL, NO_ROOM, ENDED = -1, 0, 1, 2
# which bytes stand between features
LIST, LINES, RECORDS = 0, 1, 2
_RECORD = 0x1E


@compiled
def member(data, place, last):
    """Return where the name of a member of the outermost object ends, and where its value begins; -1 where there is none."""
    return after_name(data, place, last)


@compiled
def value_end(data, place, last):
    """Return where a value ends, or -1 where it is not certainly JSON."""
    return after_value(data, place, last)


@compiled
def blanks_end(data, place):
    """Return the place of the first byte that is no blank; the last byte of the data must be none."""
    return after_blanks(data, place)


@compiled
def walk(data, place, last, between, points, long_numbers, rings, parts, features, taken, places, names):
    """Read features until they end, or arrays are full.

    Parameters
    ----------
    data
        The bytes of a document; no byte behind `last`, which is a closing brace, is looked at.
    place
        Where a feature begins.
    between
        `LIST` for the list of a collection, `LINES` for one feature a line, `RECORDS` for records of RFC 8142.
    points
        Where to write coordinates, x behind y.
    long_numbers
        Takes the place in `points`, and the place in the data, of numbers of more digits than are known here.
    rings, parts, features
        Take offsets of rings in the points, of parts in the rings, of features in the parts.
    taken
        Takes whether a feature was copied; the others have another geometry, or none.
    places
        Takes where geometry and properties of each feature begin and end; nought where there are none.
    names
        Takes where the names of properties stand, each once; the first row is their number, and whether there were more.

    Returns
    -------
    why
        `LEFT_OFF` at what is not known, `FULL`, `NO_ROOM` for a feature, or `ENDED`.
    place
        Where to go on: at a feature, or behind the last one.
    count, long
        Features, and numbers that are left to be read.
    named
        Whether a feature has an id.
    """
    count, ring, part, top, long, named = 0, 0, 0, 0, 0, False
    while True:
        if count == len(taken):
            return FULL, place, count, long, named
        begin = place
        if data[place] != BRACE:
            return LEFT_OFF, place, count, long, named
        end, kind, new_ring, new_part, new_top, new_long, has_id = _feature(
            data,
            place,
            last,
            points,
            long_numbers,
            rings,
            parts,
            (ring, part, top, long),
            places[count],
            names,
        )
        named |= has_id
        if end < 0:
            why = NO_ROOM if kind == NO_ROOM else LEFT_OFF
            return (FULL if why == NO_ROOM and count > 0 else why), begin, count, long, named
        taken[count] = kind >= _ONE
        if taken[count]:
            ring, part, top, long = new_ring, new_part, new_top, new_long
        count += 1
        features[count] = part
        place = _next(data, begin, end, last, between)
        if place < 0:
            ended = place == -2
            return (ENDED if ended else LEFT_OFF), end, count, long, named


@step
def _next(data, begin, end, last, between):
    """Return where the next feature begins, -2 behind the last one, or -1 where it is not known."""
    if between == LIST:
        place = after_blanks(data, end) if end <= last else last
        if data[place] == COMMA:
            return after_blanks(data, place + 1)
        return -2 if data[place] == BRACKET_END else -1
    if between == LINES and not _is_line(data, begin, end):
        return -1
    if end > last:
        return -2
    place, lines, records = end, 0, 0
    while data[place] != BRACE:
        lines += data[place] == 10
        records += data[place] == _RECORD
        if place == last or (after_blanks(data, place) == place and data[place] != _RECORD):
            return -1
        place += 1
    return place if (records == 1 if between == RECORDS else lines > 0 and records == 0) else -1


@step
def _is_line(data, begin, end):
    for place in range(begin, end):  # noqa: SIM110 - numba knows no generator
        if data[place] == 10:
            return False
    return True


@step
def _feature(data, place, last, points, long_numbers, rings, parts, tops, found, names):
    """Return where a feature ends, -1 where it is not known; and the kind of its geometry, and the new ends of all arrays."""
    ring, part, top, long = tops
    kind, seen = _OTHER, 0
    found[0], found[1], found[2], found[3] = 0, 0, 0, 0
    place = after_blanks(data, place + 1)
    while True:
        name, value = after_name(data, place, last)
        word = _meaning(data, place, name)
        if name < 0 or word & (seen | _COORDINATES | _GEOMETRIES | _ELSEWHERE):
            return -1, _UNKNOWN, ring, part, top, long, False
        seen |= word
        if word == _GEOMETRY and data[value] == BRACE:
            end, kind, ring, part, top, long = _geometry(
                data, value, last, points, long_numbers, rings, parts, tops
            )
            found[0], found[1] = value, end
        elif word == _PROPERTIES and data[value] == BRACE:
            end = _properties(data, value, last, names)
            found[2], found[3] = value, end
        else:
            end = after_value(data, value, last)
            if (word == _TYPE and not is_word(data, value, end, _FEATURE)) or (
                word & (_GEOMETRY | _PROPERTIES) and not is_word(data, value, end, _NULL)
            ):
                end = -1
        if end < 0:
            return -1, kind, ring, part, top, long, False
        place = after_blanks(data, end)
        if data[place] == BRACE_END and seen & _TYPE and seen & _GEOMETRY:
            return place + 1, kind, ring, part, top, long, seen & _ID > 0
        if data[place] != COMMA:
            return -1, _UNKNOWN, ring, part, top, long, False
        place = after_blanks(data, place + 1)


@step
def _meaning(data, begin, end):
    """Return the bit of a name that means something in GeoJSON, or nought; the name stands in quotation marks."""
    for number in range(len(_ENDS) - 1):
        first, size = _ENDS[number], _ENDS[number + 1] - _ENDS[number]
        if end - begin == size + 2 and data[begin + 1] == _LETTERS[first]:
            alike = True
            for letter in range(1, size):
                alike &= data[begin + 1 + letter] == _LETTERS[first + letter]
            if alike:
                return 1 << number
    return 0


@step
def _properties(data, place, last, names):
    """Return where properties end; their names are noted where they are new."""
    place, number = after_blanks(data, place + 1), 0
    if data[place] == BRACE_END:
        return place + 1 if place < last else -1
    while True:
        end = after_string(data, place, last)
        if end < 0:
            return -1
        number += 1
        _note(data, place, end, names, number)
        place = after_blanks(data, end)
        if data[place] != COLON:
            return -1
        place = after_value(data, place + 1, last)
        if place < 0:
            return -1
        place = after_blanks(data, place)
        if data[place] == BRACE_END:
            return place + 1 if place < last else -1
        if data[place] != COMMA:
            return -1
        place = after_blanks(data, place + 1)


@step
def _note(data, begin, end, names, number):
    """Note a name unless it is there; it mostly stands where it did in the feature before."""
    known = names[0, 0]
    if number <= known and _alike(data, begin, end, names[number]):
        return
    for other in range(1, known + 1):
        if _alike(data, begin, end, names[other]):
            return
    if known + 1 == len(names):
        names[0, 1] = 1
        return
    names[0, 0] = known + 1
    names[known + 1, 0], names[known + 1, 1] = begin, end


@step
def _alike(data, begin, end, name):
    if end - begin != name[1] - name[0]:
        return False
    for letter in range(end - begin):  # noqa: SIM110 - numba knows no generator
        if data[begin + letter] != data[name[0] + letter]:
            return False
    return True


@step
def _geometry(data, place, last, points, long_numbers, rings, parts, tops):
    """Return where a geometry ends, its kind, and the new ends of all arrays."""
    ring, part, top, long = tops
    kind, typed, seen = _OTHER, _OTHER, 0
    place = after_blanks(data, place + 1)
    while True:
        name, value = after_name(data, place, last)
        word = _meaning(data, place, name)
        if name < 0 or word & (seen | _GEOMETRY | _PROPERTIES | _ID | _ELSEWHERE):
            return -1, _UNKNOWN, ring, part, top, long
        seen |= word
        depth = _depth(data, value) if word == _COORDINATES else _OTHER
        if depth in (_ONE, _SEVERAL):
            kind = depth
            end, ring, part, top, long = _polygons(
                data, value, points, long_numbers, rings, parts, tops, kind
            )
            if end == -2:
                return -1, NO_ROOM, ring, part, top, long
        else:
            end = after_value(data, value, last)
        if end < 0:
            return -1, _UNKNOWN, ring, part, top, long
        if word == _TYPE:
            typed = _ONE if is_word(data, value, end, _POLYGON) else typed
            typed = _SEVERAL if is_word(data, value, end, _MULTIPOLYGON) else typed
        place = after_blanks(data, end)
        if data[place] == BRACE_END and place < last:
            if not seen & _TYPE or (seen & _COORDINATES > 0) == (seen & _GEOMETRIES > 0):
                return -1, _UNKNOWN, ring, part, top, long
            # rings of another type are lines; what is said to be polygons and has another form is looked at there
            return place + 1, typed if typed == kind else _OTHER, ring, part, top, long
        if data[place] != COMMA:
            return -1, _UNKNOWN, ring, part, top, long
        place = after_blanks(data, place + 1)


@step
def _depth(data, place):
    """Return how many lists begin before the first number."""
    depth = 0
    while data[place] == BRACKET:
        depth += 1
        place = after_blanks(data, place + 1)
    return depth if data[place] != BRACKET_END else _OTHER


@step
def _polygons(data, place, points, long_numbers, rings, parts, tops, kind):
    """Copy a polygon or several; return where they end (-1 unknown, -2 no room), and the new ends of all arrays."""
    ring, part, top, long = tops
    if kind == _SEVERAL:
        place = after_blanks(data, place + 1)
    while True:
        if data[place] != BRACKET:
            return -1, ring, part, top, long
        place = after_blanks(data, place + 1)
        while True:
            if ring + 1 >= len(rings) or part + 1 >= len(parts):
                return -2, ring, part, top, long
            place, top, long = _ring(data, place, points, long_numbers, top, long)
            if place < 0:
                return place, ring, part, top, long
            ring += 1
            rings[ring] = top // 2
            place = after_blanks(data, place)
            if data[place] == BRACKET_END:
                break
            if data[place] != COMMA:
                return -1, ring, part, top, long
            place = after_blanks(data, place + 1)
        part += 1
        parts[part] = ring
        if kind == _ONE:
            return place + 1, ring, part, top, long
        place = after_blanks(data, place + 1)
        if data[place] == BRACKET_END:
            return place + 1, ring, part, top, long
        if data[place] != COMMA:
            return -1, ring, part, top, long
        place = after_blanks(data, place + 1)


@step
def _ring(data, place, points, long_numbers, top, long):
    """Copy a ring; return where it ends (-1 unknown, -2 no room), and the new ends of the arrays."""
    if data[place] != BRACKET:
        return -1, top, long
    place = after_blanks(data, place + 1)
    while True:
        if top + 2 > len(points):
            return -2, top, long
        if data[place] != BRACKET:
            return -1, top, long
        for axis in range(2):
            place = after_blanks(data, place + 1)
            begin = place
            kind, points[top + axis], place = number_at(data, place)
            if kind == NO_NUMBER:
                return -1, top, long
            if kind == LONG_NUMBER:
                long_numbers[long, 0], long_numbers[long, 1] = top + axis, begin
                long += 1
            place = after_blanks(data, place)
            if axis == 0 and data[place] != COMMA:
                return -1, top, long
        top += 2
        while data[place] == COMMA:  # heights and measures
            kind, _, place = number_at(data, after_blanks(data, place + 1))
            if kind == NO_NUMBER:
                return -1, top, long
            place = after_blanks(data, place)
        if data[place] != BRACKET_END:
            return -1, top, long
        place = after_blanks(data, place + 1)
        if data[place] == BRACKET_END:
            return place + 1, top, long
        if data[place] != COMMA:
            return -1, top, long
        place = after_blanks(data, place + 1)
