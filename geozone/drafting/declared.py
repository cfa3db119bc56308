"""What ``seeds/drafting.toml`` declares: words for a basis, where names stand, endings of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations
from geozone.model import Basis


@dataclass(frozen=True, slots=True)
class Drafting:
    """How files are understood when a project file is drafted."""

    basis_names: Mapping[Basis, tuple[str, ...]]  # words in names
    basis_words: Mapping[Basis, tuple[str, ...]]  # words in contents
    places: tuple[str, ...]  # where a name is found, the surest first
    guessed: frozenset[str]  # places by which something is only guessed
    rasters: frozenset[str]  # endings
    tables: frozenset[str]
    beside: tuple[str, ...]


@cache
def load_drafting() -> Drafting:
    """Return the declarations.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "drafting.toml")
    declared.known_keys((), declared.tables, {"basis", "places", "endings"})
    bases, places, endings = (declared.tables[name] for name in ("basis", "places", "endings"))
    declared.known_keys(("basis",), bases, set(Basis))
    declared.stop_on_faults()
    names, words = (
        MappingProxyType({Basis(key): tuple(table.get(part, ())) for key, table in bases.items()})
        for part in ("names", "words")
    )
    return Drafting(
        names,
        words,
        tuple(places["order"]),
        frozenset(places["guessed"]),
        frozenset(endings["raster"]),
        frozenset(endings["table"]),
        tuple(endings["beside"]),
    )
