"""What another process does while this one overlays and rates: barriers as belts, and pictures of the page.

Neither needs what the other finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from geozone.errors import GeozoneError
from geozone.messages import Text
from geozone.reuse.reuse import Reuse, Reused
from geozone.run.belts import Analyses, BeltMaterials, Belts
from geozone.run.inputs import Inputs
from geozone.run.options import Options
from geozone.run.processes import Processes

if TYPE_CHECKING:
    from geozone.barriers.analysis import Analysis
    from geozone.maps.pictures import Pictures, Subject


@dataclass(slots=True)
class Ahead:
    """Another process of a run.

    Parameters
    ----------
    helper
        The process.
    """

    helper: Processes
    _drawn: Future[tuple[Pictures | None, list[Text]]] | None = None

    def draw(self, inputs: Inputs) -> None:
        """Let the process draw the pictures of the page, as soon as it is known what they are made from."""
        if inputs.relief or inputs.rasters:
            from geozone.maps.pictures import Subject  # noqa: PLC0415 - of use with another process alone

            subject = Subject.of(inputs.units, inputs.relief, inputs.rasters, inputs.indicators)
            self._drawn = self.helper.start(_pictures, subject)

    def pictures(self) -> Pictures | None:
        """Return the pictures of the page, None where nothing is drawn, or it cannot be."""
        return None if self._drawn is None else self.helper.result(self._drawn)

    def analyses(self, given: BeltMaterials) -> Analyses | None:
        """Let the other process look at the barriers of a run; None where there is no barrier.

        Parameters
        ----------
        given
            What they are made from, as far as it is known before the overlay: without layers as they are drawn.

        Returns
        -------
        Callable or None
            Waits for what was found, and enters what was taken from earlier runs among what this run took.
        """
        needed = Belts(given).layers()
        if not needed:
            return None
        layers = {name: layer for name, layer in given.layers.items() if name in needed}
        future = self.helper.start(_analyses, replace(given, layers=layers, reuse=Reuse()))

        @cache
        def found() -> Mapping[str, Analysis]:
            analyses, taken = self.helper.result(future)
            given.reuse.taken += taken
            return analyses

        return found


def _pictures(subject: Subject, options: Options) -> Pictures | None:
    from geozone.maps.pictures import draw  # noqa: PLC0415 - of use in another process alone

    try:
        return draw(subject, Reuse.between_runs(wanted=options.cache))
    except GeozoneError:  # told where the page is written
        return None


def _analyses(given: BeltMaterials, options: Options) -> tuple[dict[str, Analysis], list[Reused]]:
    reuse = Reuse.between_runs(wanted=options.cache)
    return Belts(replace(given, reuse=reuse)).analyses(), reuse.taken
