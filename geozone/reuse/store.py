"""A folder of entries by key: each written whole or not at all, checked when it is read, and the ones not used longest go first."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

MOST_BYTES = 2 << 30
_SHARE_OF_ONE = 4  # an entry of more than this part of all would drive out most others
_SUFFIX = ".entry"
_UNFINISHED = ".unfinished"
_ABANDONED_S = 3600.0  # nobody writes an entry for so long
_DIGEST = sha256().digest_size


@dataclass(slots=True)
class Store:
    """Entries of a folder.

    Nothing of it has to work: what cannot be read is not there, and what cannot be written is not kept. The folder is looked
    through when the first entry is written, and whenever there may be too much in it; what another process writes meanwhile is
    noticed then.

    Parameters
    ----------
    folder
        The folder; it is made when something is kept.
    most_bytes
        How large all entries together may become.
    """

    folder: Path
    most_bytes: int = MOST_BYTES
    _held: int | None = field(default=None, init=False)  # bytes of all entries, as far as is known

    @property
    def largest(self) -> int:
        """How many bytes an entry may have."""
        return self.most_bytes // _SHARE_OF_ONE

    def get(self, key: str) -> bytes | None:
        """Return an entry, or None where there is none; one that is not as it was written is removed."""
        path = self._path(key)
        try:
            held = path.read_bytes()
        except OSError:
            return None
        content = held[_DIGEST:]
        if sha256(content).digest() != held[:_DIGEST]:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)  # used now
        return content

    def put(self, key: str, content: bytes) -> bool:
        """Keep an entry, and let those go that were not used longest where there are too many; tell whether it is kept."""
        if len(content) > self.largest:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=self.folder)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(sha256(content).digest())
                    stream.write(content)
                Path(name).replace(self._path(key))
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError:
            return False
        if self._held is not None:
            self._held += len(content) + _DIGEST
        if self._held is None or self._held > self.most_bytes:
            self._held = self._tidy(kept=self._path(key))
        return True

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _tidy(self, kept: Path) -> int:
        """Remove the entries not used longest until the rest has room, and what a process that was ended left; return its bytes."""
        entries = sorted(_states(self.folder, _SUFFIX), key=lambda one: (one[1].st_mtime_ns, one[0].name))
        total = sum(state.st_size for _, state in entries)
        for path, state in entries:
            if total <= self.most_bytes:
                break
            if path != kept:
                with suppress(OSError):  # another process was first
                    path.unlink()
                total -= state.st_size
        oldest = time.time() - _ABANDONED_S
        for path, state in _states(self.folder, _UNFINISHED):
            if state.st_mtime < oldest:
                with suppress(OSError):
                    path.unlink()
        return total


def _states(folder: Path, suffix: str) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.glob(f"*{suffix}"):
        with suppress(OSError):
            yield path, path.stat()
