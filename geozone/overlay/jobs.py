"""Jobs that make blocks of features, in threads, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from geozone.overlay.features import Block
from geozone.overlay.guard import Repair

Job = Callable[[], tuple[list[Block], list[Repair]]]


def in_turn(jobs: Iterator[Job], threads: int) -> tuple[list[Block], list[Repair]]:
    """Return what all jobs make, in their order; the next one is asked for while some run."""
    blocks: list[Block] = []
    repairs: list[Repair] = []
    running: deque[Future[tuple[list[Block], list[Repair]]]] = deque()

    def collect() -> None:
        made, done = running.popleft().result()
        blocks.extend(made)
        repairs.extend(done)

    with ThreadPoolExecutor(threads) as pool:
        for job in jobs:
            running.append(pool.submit(job))
            if len(running) > threads:
                collect()
        while running:
            collect()
    return blocks, repairs
