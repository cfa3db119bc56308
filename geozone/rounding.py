"""Numbers rounded half up, as people do it: 9 of 16 is 56.3 %, in every file.

Binary fractions are nearly never what they stand for: 0.285 is a little less than 285 thousandths. Twelve significant
digits forget that noise before the number is rounded, so that a half is a half. The page's script does the same
(``maps/frontend/src/rounding.js``).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

SIGNIFICANT = 12  # digits of a number that count; a double has nearly sixteen
_FORGIVING = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)  # room for every double


def rounded(value: float, places: int) -> Decimal:
    """Return a finite number rounded half up at `places` decimals, away from zero; there is no minus zero.

    >>> rounded(56.25, 1)
    Decimal('56.3')
    """
    figure = _FORGIVING.create_decimal(value).quantize(Decimal(1).scaleb(-places), context=_WIDE)
    return figure or abs(figure)


def digits(value: float, places: int = 0) -> str:
    """Return a finite number rounded half up at `places` decimals, with thousands separators."""
    return f"{rounded(value, places):,.{max(places, 0)}f}"


def percent(fraction: float, places: int = 1) -> str:
    """Return a fraction in per cent, with the sign.

    >>> percent(9 / 16)
    '56.3%'
    """
    return f"{digits(fraction * 100, places)}%"


def printed_places(number: str, most: int = 4) -> int:
    """Return how many decimals a number is written with, up to `most`.

    >>> printed_places("27.0")
    1
    """
    return min(len(number.partition(".")[2]), most) if "e" not in number.lower() else 0


def exact_places(value: float, most: int = 4) -> int:
    """Return the fewest decimals that show a number as it is, up to `most`."""
    shown = _FORGIVING.create_decimal(value)
    return next((places for places in range(most) if shown == rounded(value, places)), most)
