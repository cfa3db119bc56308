"""Room for the coordinates of a layer: in memory up to a limit, beyond it in temporary files."""

from __future__ import annotations

import mmap
import tempfile
import threading

import numpy as np

from geozone.overlay.plane import Numbers

_LEAST_ROOM, _MOST_ROOM = 1 << 16, 1 << 26  # numbers that memory is asked for at once
# memory that other processes might share, which is what is had where nothing is said, takes half as long again to come by
_OURS = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}


class Store:
    """Keeps coordinates one behind the other in a few large arrays: in memory up to a limit, beyond it in temporary files."""

    def __init__(self, limit: int) -> None:
        self.limit, self.held = limit, 0
        self._free = np.empty(0)
        self._lock = threading.Lock()

    def room(self, count: int) -> Numbers:
        """Return room for so many numbers."""
        with self._lock:
            if count > len(self._free):
                size = max(count, min(self.held // 8, _MOST_ROOM), _LEAST_ROOM)
                self.held += 8 * size
                self._free = _in_memory(size) if self.held <= self.limit else _in_file(size)
            room, self._free = self._free[:count], self._free[count:]
        return room


def _in_memory(size: int) -> Numbers:
    # numpy would ask for large pages, which take longer to come by than to fill where memory is in many pieces
    return np.frombuffer(mmap.mmap(-1, 8 * size, **_OURS), dtype=np.float64)


def _in_file(size: int) -> Numbers:
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, dtype=np.float64, mode="w+", shape=(size,))
