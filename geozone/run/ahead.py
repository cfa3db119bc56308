"""What another process does while this one overlays and rates: barriers as belts, and pictures of the page.

Neither needs what the other finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from geozone.reuse.reuse import Reuse, Reused
from geozone.run.belts import Analyses, BeltMaterials, Belts
from geozone.run.inputs import Inputs
from geozone.run.jobs import draw_ahead
from geozone.run.options import Options
from geozone.run.processes import Processes

if TYPE_CHECKING:
    from geozone.barriers.analysis import Analysis


def analysed_ahead(given: BeltMaterials, helper: Processes | None) -> Analyses | None:
    """Let another process look at the barriers of a run; None where there is no process or no barrier.

    Parameters
    ----------
    given
        What they are made from, as far as it is known before the overlay: without layers as they are drawn.
    helper
        The process.

    Returns
    -------
    Callable or None
        Waits for what was found, and enters what was taken from earlier runs among what this run took.
    """
    needed = Belts(given).layers() if helper is not None else set()
    if helper is None or not needed:
        return None
    layers = {name: layer for name, layer in given.layers.items() if name in needed}
    future = helper.start(_analyses, replace(given, layers=layers, reuse=Reuse()))

    @cache
    def found() -> Mapping[str, Analysis]:
        analyses, taken = helper.result(future)
        given.reuse.taken += taken
        return analyses

    return found


def drawn_ahead(inputs: Inputs, helper: Processes | None) -> None:
    """Let the process that will write the page draw its pictures as soon as the inputs are known."""
    if helper is None or not (inputs.relief or inputs.rasters):
        return
    from geozone.maps.pictures import Subject  # noqa: PLC0415 - of use with another process alone

    subject = Subject.of(inputs.units, inputs.relief, inputs.rasters, inputs.indicators)
    helper.start(draw_ahead, subject)


def _analyses(given: BeltMaterials, options: Options) -> tuple[dict[str, Analysis], list[Reused]]:
    reuse = Reuse.between_runs(wanted=options.cache)
    return Belts(replace(given, reuse=reuse)).analyses(), reuse.taken
