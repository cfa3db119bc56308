"""A project that was opened: what a program or a notebook asks of a zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.export.geopackage import write_geopackage
from geozone.maps.page import render_page
from geozone.messages import Language
from geozone.model import Rate, ZoneResult
from geozone.notebook import Map, Steps, project_html, steps
from geozone.project import Project, embedded_project, load_project
from geozone.run.build import build
from geozone.run.compute import Rated, compute_rated
from geozone.run.options import OUTPUT_STEPS, STEPS, Options


class OpenProject:
    """A project that was opened: its rates, its map, its files. A notebook shows it with what came out.

    Parameters
    ----------
    project
        The project as declared.
    options
        How its run is done.

    Examples
    --------
    >>> import geozone
    >>> project = geozone.open_project("bth")
    >>> project.rates().query("level == 'zone'")[["indicator", "value"]]  # doctest: +SKIP
    >>> project.plot("redline_coverage", level="city")  # doctest: +SKIP
    """

    def __init__(self, project: Project, options: Options | None = None) -> None:
        self.project = project
        self.options = options or Options()
        self._rated: Rated | None = None
        self._result: ZoneResult | None = None

    def __repr__(self) -> str:
        """Return which zone it is, and whether it was computed."""
        state = "computed" if self._rated else "not computed yet"
        return f"OpenProject({self.project.zone.key!r}, {state})"

    def _repr_html_(self) -> str:
        known = self._result or (self._rated.result if self._rated else None)
        return project_html(self.project, known, self.options.lang)

    @property
    def result(self) -> ZoneResult:
        """Everything that is computed of the project."""
        if self._result is None:
            self._result = self.rated.whole()
        return self._result

    @property
    def rated(self) -> Rated:
        """The rates and what they rest on; what only outputs show is not computed yet. The run is made on the first use."""
        if self._rated is None:
            self._rated = compute_rated(self.project, self.options)
        return self._rated

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The units of all levels, the zone itself among them: ``code, name, name_en, level, parent, area_km2``."""
        return self.rated.result.units

    @property
    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """The layers by id as they are drawn, cut to the zone, those that the run makes among them."""
        return MappingProxyType({name: layer.data for name, layer in self.result.layers.items()})

    @property
    def registers(self) -> Mapping[str, pd.DataFrame]:
        """The items of the registers by id."""
        return MappingProxyType({name: one.items for name, one in self.rated.result.registers.items()})

    def rates(self) -> pd.DataFrame:
        """Return the rates table, one row per unit and indicator."""
        return rates_frame(self.rated.result.rates, self.options.lang)

    def plot(self, indicator: str | None = None, *, level: str | None = None, axes: Any = None) -> Any:
        """Draw the units coloured by an indicator with matplotlib, in the classes and colours of the page.

        Parameters
        ----------
        indicator
            Its id; by default that which maps are coloured by first.
        level
            ``county``, ``city``, ``province`` or ``zone``; by default the finest units.
        axes
            Axes of matplotlib to draw on; a new figure by default.

        Returns
        -------
        Axes
            What was drawn on.

        Raises
        ------
        UsageError
            If the indicator or the level has no values here.
        """
        from geozone.plot import plot_rates  # noqa: PLC0415 - few who read rates draw them

        return plot_rates(self.rated.result, indicator, level=level, lang=self.options.lang, axes=axes)

    def map(self) -> Map:
        """Return the page of the zone: html text, which a notebook shows in a frame."""
        return Map(render_page(self.result, lang=self.options.lang))

    def export(self, path: str | Path) -> Path:
        """Write the GeoPackage of the zone."""
        write_geopackage(self.result, Path(path), lang=self.options.lang)
        return Path(path)

    def build(self, out: str | Path, *, since: str | Path | None = None) -> list[Path]:
        """Write all files of the zone into a folder.

        Parameters
        ----------
        out
            The folder.
        since
            The last release, a GeoPackage or a folder of builds: what differs from it is told in the files.
        """
        options = self.options if since is None else replace(self.options, since=Path(since))
        if isinstance(options.progress, Steps):  # a build has more of them than a run
            options = replace(options, progress=Steps(options.lang, len(STEPS + OUTPUT_STEPS)))
        return build([self.project], Path(out), options)


def open_project(
    name: str | Path, *, lang: Language = "zh", threads: int | None = None, progress: bool = False
) -> OpenProject:
    """Open a zone by its key (``bth``), or a project file by its path.

    Parameters
    ----------
    name
        The key, or the path of a ``project.toml``.
    lang
        Language of texts.
    threads
        Threads to use; one a processor by default.
    progress
        Show the steps of the run as a bar, in a notebook or on a terminal.

    Raises
    ------
    UsageError
        If there is no such zone.
    InputError
        If the project file is missing or cannot be read.
    """
    file = Path(name)
    project = load_project(file) if file.suffix == ".toml" else embedded_project(str(name))
    options = Options(lang=lang, threads=threads)
    return OpenProject(project, replace(options, progress=steps(lang)) if progress else options)


def rates_frame(rates: Iterable[Rate], lang: Language) -> pd.DataFrame:
    """Return rates as a table with the fixed columns."""
    return pd.DataFrame([rate.row(lang) for rate in rates])
