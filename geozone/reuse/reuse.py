"""The door to what was computed before: by what it is, what it was made from, and what geozone was then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from geozone.reuse.folder import cache_folder
from geozone.reuse.stamp import stamp
from geozone.reuse.store import Store
from geozone.reuse.values import NotPackableError, packed, unpacked

_FORMAT = 1  # of the bytes
_KEY = 32  # hexadecimal digits that name an entry
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Reused:
    """One result that was taken again."""

    what: str  # which step made it: "layer", "overlay", …
    of: str  # of which layer, role or zone
    key: str


@dataclass(slots=True)
class Reuse:
    """Results of earlier runs.

    A result is taken again where the step, everything that it is given, geozone and its libraries are the same. What cannot be
    kept exactly is computed each time.

    Parameters
    ----------
    store
        Where results are kept; None computes everything.
    """

    store: Store | None = None
    taken: list[Reused] = field(default_factory=list)
    _contents: dict[int, tuple[object, str]] = field(
        default_factory=dict
    )  # with the object, whose number is its own

    @classmethod
    def between_runs(cls, *, wanted: bool = True) -> Reuse:
        """Return what is kept in the user's cache folder; nothing where there is no place for it, or nobody wants it."""
        folder = cache_folder() if wanted else None
        return cls(Store(folder) if folder is not None else None)

    def result(
        self,
        what: str,
        of: str,
        given: Callable[[], Any],
        make: Callable[[], _Result],
        kinds: Iterable[type] = (),
    ) -> _Result:
        """Return what a step makes of what it is given, made now or before.

        Parameters
        ----------
        what, of
            The step, and the layer, role or zone that it is about.
        given
            Returns everything that the result depends on: values, tables, geometries; of files their digests. It is asked only
            where results are kept.
        make
            Makes the result.
        kinds
            Records and enumerations that the result may hold.
        """
        if self.store is None:
            return make()
        try:
            key = key_of(what, of, given())
        except NotPackableError:
            return make()
        found, value = self.kept(what, of, key, kinds)
        if found:
            return value  # type: ignore[no-any-return]
        value = make()
        self.keep(key, value, kinds)
        return value

    def content(self, value: Any) -> str:
        """Return what stands for a large value in what a step is given: a digest, computed once for an object.

        Nobody may change the object afterwards in its place.

        Raises
        ------
        NotPackableError
            If it has no bytes.
        """
        if self.store is None:
            return ""
        if id(value) not in self._contents:
            self._contents[id(value)] = value, sha256(packed(value)).hexdigest()
        return self._contents[id(value)][1]

    def contents(self, values: Iterable[Any]) -> list[str]:
        """Return what stands for each of some large values (`content`)."""
        return [self.content(value) for value in values]

    def kept(self, what: str, of: str, key: str, kinds: Iterable[type] = ()) -> tuple[bool, Any]:
        """Return whether there is a result of a key, and the result."""
        content = None if self.store is None else self.store.get(key)
        if content is None:
            return False, None
        try:
            value = unpacked(content, kinds)
        except NotPackableError:
            return False, None
        self.taken.append(Reused(what, of, key))
        return True, value

    def keep(self, key: str, value: Any, kinds: Iterable[type] = ()) -> None:
        """Keep a result under its key, if it comes back from its bytes as it is."""
        if self.store is None:
            return
        try:
            content = packed(value)
            if len(content) <= self.store.largest and packed(unpacked(content, kinds)) == content:
                self.store.put(key, content)
        except (NotPackableError, MemoryError):  # what is made stands without being kept
            return


def key_of(what: str, of: str, given: Any) -> str:
    """Return the name of a result.

    Raises
    ------
    NotPackableError
        If it is made from something that has no bytes.
    """
    return sha256(packed([_FORMAT, stamp(), what, of, given])).hexdigest()[:_KEY]
