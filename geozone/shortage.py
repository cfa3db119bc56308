"""Whether an error came of too little memory or disk: libraries say so in all sorts of ways, and blame the file at hand."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path

_NEARLY = 0.95
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_FULL_WORDS = ("disk is full", "no space left", "disk full", "quota exceeded")
_MEMORY_WORDS = (
    "cannot allocate memory",
    "unable to allocate",
    "out of memory",
    "bad_alloc",
    "failed to map segment",
    "can't start new thread",
    "thread creation failed",
    "resource temporarily unavailable",
)


def is_of_memory(error: BaseException) -> bool:
    """Tell whether an error, or one that it came of, says that there was not enough memory, or came where there was none left."""
    return _has_met_its_limit() or any(
        isinstance(one, MemoryError) or _number(one) == errno.ENOMEM or _says(one, _MEMORY_WORDS)
        for one in _chain(error)
    )


def is_of_disk(error: BaseException) -> bool:
    """Tell whether an error, or one that it came of, says that the disk is full."""
    return any(_number(one) in _FULL or _says(one, _FULL_WORDS) for one in _chain(error))


def _has_met_its_limit() -> bool:
    """Tell whether this process has taken nearly all the address space that it may have, as far as the system says so."""
    try:
        import resource  # noqa: PLC0415 - not on Windows

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return False
        words = re.search(r"VmPeak:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    except (ImportError, OSError, UnicodeDecodeError):
        return False
    return words is not None and int(words[1]) << 10 > _NEARLY * limit


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    due: list[BaseException | None] = [error]
    while due:
        one = due.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            due += [one.__cause__, one.__context__]


def _number(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(word in said for word in words)
