"""What the libraries of a command cost before it begins."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for garbage among what they define: it stays as long as the process."""
    before = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > before:
            gc.freeze()
        gc.enable()


def start_no_idle_threads() -> None:
    """Keep numpy and scipy from starting threads for products of large matrices, of which there are none here.

    They spin for tens of milliseconds on every processor when numpy is loaded. It works as long as it is not.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
