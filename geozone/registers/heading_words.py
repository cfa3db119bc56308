"""What a heading means: the words of ``words.toml``, alone or in one below the other."""

from __future__ import annotations

from functools import cache

from geozone.model import REGISTER_COLUMNS, Status
from geozone.registers.status_words import asked_status
from geozone.registers.words import PLACE_COLUMNS, measured_heading, plain, register_words, unit_factor

PLACE = "place"  # a column that names province, city and county together
KIND = "kind"  # a column that registers may have beside those that all have
TOWNSHIP = "township"  # a column that tells sites of one name apart
FIELDS = (
    *REGISTER_COLUMNS,
    *PLACE_COLUMNS,
    PLACE,
    KIND,
    TOWNSHIP,
)  # what `fields` may name; any other is kept as it is
_LAST = 1000  # a rank below all synonyms


def meaning(parts: list[str], *, programme: bool = False) -> tuple[str, int] | None:
    """Return the register column that a heading means, and how far down the list of synonyms it stands.

    Parameters
    ----------
    parts
        The cells of the heading, from above down.
    programme
        As for `status_words.asked_status`.
    """
    if not parts:
        return None
    leaf = plain(parts[-1])
    known = _synonyms().get(leaf)
    if known is None and (measured := measured_heading(parts[-1])) is not None:
        known = _synonyms()[measured[0]]
    if len(parts) == 1:
        return known
    upper = parts[-2]
    above = _synonyms().get(plain(upper))
    words = register_words("heading_parts")
    whole = _synonyms().get(plain(upper + parts[-1]))
    if whole is None and above is not None and (leaf in words["name"] or unit_factor(parts[-1]) is not None):
        whole = above
    elif whole is None and above is not None and leaf in words["code"]:
        column = f"{above[0]}_code" if above[0] in PLACE_COLUMNS else "item_id"
        whole = (column, above[1]) if above[0] in {*PLACE_COLUMNS, "name"} else None
    elif (
        whole is None
        and leaf in words["date"]
        and (dated := _dated(upper, above[0] if above else None, programme))
    ):
        whole = (dated, 0)
    if whole is None and known is not None and leaf in {*words["name"], *words["code"]}:
        # a name or a code of something that is not known gives way to every other one
        return known[0], known[1] + _LAST
    return whole or known


def _dated(upper: str, column: str | None, programme: bool) -> str | None:
    """Return what a date below a heading is the date of."""
    asked = asked_status(upper, programme=programme)
    if column == "planned_year" or asked is Status.PLANNED:
        return "planned_year"
    if column == "status" or asked in {Status.BUILT, Status.RECOGNISED}:
        return "status_date"
    return "source_date" if column == "source" else None


@cache
def _synonyms() -> dict[str, tuple[str, int]]:
    """Return the register column of every synonym, with its place in the list."""
    found: dict[str, tuple[str, int]] = {}
    for column, words in {
        **register_words("headings"),
        PLACE: register_words("place_headings")["words"],
    }.items():
        for rank, word in enumerate(words):
            found.setdefault(plain(word), (column, rank))
    return found
