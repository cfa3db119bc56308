"""JSON, compiled: where a value ends, and which number digits are; whatever is not certainly JSON is told.

Everything here is given the place of the last byte, which is a closing brace: no number, blank or bracket goes on beyond it, so
that only strings and what follows a brace are held against it. -1 is no place: there is no such value.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import step

QUOTE, COMMA, COLON = ord('"'), ord(","), ord(":")
BRACE, BRACE_END, BRACKET, BRACKET_END = ord("{"), ord("}"), ord("["), ord("]")
_BACKSLASH, _MINUS, _PLUS, _POINT, _ZERO = ord("\\"), ord("-"), ord("+"), ord("."), ord("0")
_SMALL_E, _LARGE_E, _U = ord("e"), ord("E"), ord("u")
_ESCAPED = np.frombuffer(b'"\\/bfnrt', np.uint8)
_TRUE, _FALSE, _NULL = (np.frombuffer(word, np.uint8) for word in (b"true", b"false", b"null"))
_DEEPEST = 60  # objects and lists one inside the other: as many as a number has bits
_TENS = 10.0 ** np.arange(23)  # those that are exact
_EXACT, _MOST_DIGITS = (
    1 << 53,
    18,
)  # whole numbers below which all are doubles; digits that a number of eight bytes holds
_SPLITTER = 134217729.0  # 2^27 + 1
_NEARLY = 2.0**-48  # more than the steps below can be off
NO_NUMBER, NUMBER, LONG_NUMBER = 0, 1, 2


@step
def after_blanks(data, place):
    """Return the place of the first byte that is no blank."""
    while data[place] == 32 or data[place] == 10 or data[place] == 13 or data[place] == 9:
        place += 1
    return place


@step
def is_word(data, begin, end, word):
    """Tell whether bytes are those of a word."""
    if end - begin != len(word):
        return False
    for number in range(len(word)):  # noqa: SIM110 - numba knows no generator
        if data[begin + number] != word[number]:
            return False
    return True


@step
def after_string(data, place, last):
    """Return where a string of UTF-8 ends that begins at a place, behind its quotation mark."""
    if data[place] != QUOTE:
        return -1
    place += 1
    while place < last:
        byte = np.int64(data[place])
        if byte == QUOTE:
            return place + 1
        if byte == _BACKSLASH:
            place = _after_escape(data, place + 1, last)
        elif byte >= 0x80:
            place = _after_character(data, place, last)
        else:
            place = place + 1 if byte >= 32 else -1
        if place < 0:
            return -1
    return -1


@step
def after_name(data, place, last):
    """Return where the name of a member ends, and where its value begins; a name with escapes is none."""
    end = after_string(data, place, last)
    if end < 0:
        return -1, -1
    for letter in range(place, end):
        if data[letter] == _BACKSLASH:
            return -1, -1
    place = after_blanks(data, end)
    if data[place] != COLON:
        return -1, -1
    return end, after_blanks(data, place + 1)


@step
def after_value(data, place, last):
    """Return where a value ends that begins at a place."""
    objects, depth = np.int64(0), 0  # the last bit tells whether the innermost is an object
    while True:
        place = after_blanks(data, place)
        byte = data[place]
        if byte in (BRACE, BRACKET):
            if depth == _DEEPEST:
                return -1
            objects, depth = 2 * objects + (byte == BRACE), depth + 1
            place = after_blanks(data, place + 1)
            if data[place] != (BRACE_END if byte == BRACE else BRACKET_END):
                if byte == BRACE:
                    place = _after_any_name(data, place, last)
                    if place < 0:
                        return -1
                continue
        else:
            place = _after_scalar(data, place, last)
            if place < 0:
                return -1
        while depth > 0:
            place = after_blanks(data, place)
            inside = objects & 1
            if data[place] == COMMA:
                place += 1
                if inside:
                    place = _after_any_name(data, after_blanks(data, place), last)
                    if place < 0:
                        return -1
                break
            if data[place] != (BRACE_END if inside else BRACKET_END) or place == last:
                return -1
            place, objects, depth = place + 1, objects >> 1, depth - 1
        else:
            return place


@step
def number_at(data, place):
    """Return what is known of the number at a place (`NO_NUMBER`, `NUMBER`, `LONG_NUMBER`), its value, and where it ends.

    The value is the double that is nearest to the digits, as Python's own is. What of a `LONG_NUMBER` is nearest is not
    certain here: its value is no number.
    """
    negative = data[place] == _MINUS
    if negative:
        place += 1
    begin, digits = place, np.int64(0)
    figure = np.int64(data[place]) - _ZERO
    while 0 <= figure <= 9:
        digits = digits * 10 + figure
        place += 1
        figure = np.int64(data[place]) - _ZERO
    count, power = place - begin, 0
    if count == 0 or (count > 1 and data[begin] == _ZERO):
        return NO_NUMBER, 0.0, place
    if data[place] == _POINT:
        place += 1
        begin = place
        figure = np.int64(data[place]) - _ZERO
        while 0 <= figure <= 9:
            digits = digits * 10 + figure
            place += 1
            figure = np.int64(data[place]) - _ZERO
        if place == begin:
            return NO_NUMBER, 0.0, place
        power = begin - place
        count -= power
    if data[place] == _SMALL_E or data[place] == _LARGE_E:
        place, exponent = _exponent(data, place + 1)
        if place < 0:
            return NO_NUMBER, 0.0, place
        power += exponent
    value = np.nan
    if count <= _MOST_DIGITS and -len(_TENS) < power < len(_TENS):
        value = _value(digits, power)
    kind = LONG_NUMBER if np.isnan(value) else NUMBER
    return kind, -value if negative else value, place


@step
def _value(digits, power):
    """Return the double nearest to a whole number times a power of ten, or no number where that is not certain."""
    nearest = np.float64(digits)
    if digits < _EXACT:  # both are exact: one step rounds once
        return nearest * _TENS[power] if power >= 0 else nearest / _TENS[-power]
    if power >= 0:
        return np.nan
    # the quotient in two doubles: what one leaves is told exactly, by Dekker's product
    divisor = _TENS[-power]
    value = nearest / divisor
    product = value * divisor
    large = _SPLITTER * value
    value_high = large - (large - value)
    value_low = value - value_high
    large = _SPLITTER * divisor
    high = large - (large - divisor)
    low = divisor - high
    beyond = ((value_high * high - product) + value_high * low + value_low * high) + value_low * low
    rest = ((nearest - product) - beyond) + np.float64(digits - np.int64(nearest))
    more = rest / divisor
    if value + more * (1 + _NEARLY) == value + more * (1 - _NEARLY):
        return value + more
    return np.nan  # too near to the middle between two doubles


@step
def _exponent(data, place):
    """Return where an exponent ends, and the exponent, or more than any power that is known."""
    negative = data[place] == _MINUS
    if negative or data[place] == _PLUS:
        place += 1
    begin, exponent = place, np.int64(0)
    figure = np.int64(data[place]) - _ZERO
    while 0 <= figure <= 9:
        exponent = min(exponent * 10 + figure, np.int64(1) << 40)
        place += 1
        figure = np.int64(data[place]) - _ZERO
    if place == begin:
        return -1, exponent
    return place, -exponent if negative else exponent


@step
def _after_any_name(data, place, last):
    """Return where the value of a member begins."""
    place = after_string(data, place, last)
    if place < 0:
        return -1
    place = after_blanks(data, place)
    return place + 1 if data[place] == COLON else -1


@step
def _after_scalar(data, place, last):
    byte = data[place]
    if byte == QUOTE:
        return after_string(data, place, last)
    if byte == _MINUS or _ZERO <= byte <= _ZERO + 9:
        kind, _, end = number_at(data, place)
        return end if kind != NO_NUMBER else -1
    for word in (_TRUE, _NULL, _FALSE):
        if place + len(word) <= last and is_word(data, place, place + len(word), word):
            return place + len(word)
    return -1


@step
def _after_escape(data, place, last):
    """Return where an escape ends whose letter stands at a place."""
    if data[place] == _U:
        if place + 5 > last:
            return -1
        for digit in range(place + 1, place + 5):
            byte = data[digit]
            if not (_ZERO <= byte <= _ZERO + 9 or 65 <= byte <= 70 or 97 <= byte <= 102):
                return -1
        return place + 5
    for letter in _ESCAPED:
        if data[place] == letter:
            return place + 1
    return -1


@step
def _after_character(data, place, last):
    """Return where a character of several bytes ends, which has to be the shortest way to write it in UTF-8."""
    lead = np.int64(data[place])
    if 0xC2 <= lead <= 0xDF:
        more, low, high = 1, 0x80, 0xBF
    elif 0xE0 <= lead <= 0xEF:
        more, low, high = 2, 0xA0 if lead == 0xE0 else 0x80, 0x9F if lead == 0xED else 0xBF
    elif 0xF0 <= lead <= 0xF4:
        more, low, high = 3, 0x90 if lead == 0xF0 else 0x80, 0x8F if lead == 0xF4 else 0xBF
    else:
        return -1
    if place + more >= last or not low <= data[place + 1] <= high:
        return -1
    for number in range(2, more + 1):
        if not 0x80 <= data[place + number] <= 0xBF:
            return -1
    return place + more + 1
