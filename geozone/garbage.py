"""How often Python looks for objects that are of no use any more and still refer to each other."""

from __future__ import annotations

import gc

# New objects until the youngest are looked through, and passes until older ones are. A build leaves some thousands of such
# objects behind, all of them small; looking for them after every 700 as usual takes a tenth of its processor time.
_THRESHOLDS = (50_000, 20, 20)


def collect_seldom() -> None:
    """Let this process, which is geozone's own, look for them seldom."""
    gc.set_threshold(*_THRESHOLDS)
