"""Whether an error came of too little memory or disk: libraries say so in all sorts of ways, and blame the file at hand."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from geozone.system import share_of_address_space

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
    return share_of_address_space() > _NEARLY or any(
        isinstance(one, MemoryError) or _number(one) == errno.ENOMEM or _says(one, _MEMORY_WORDS)
        for one in _chain(error)
    )


def is_of_disk(error: BaseException) -> bool:
    """Tell whether an error, or one that it came of, says that the disk is full."""
    return any(_number(one) in _FULL or _says(one, _FULL_WORDS) for one in _chain(error))


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
