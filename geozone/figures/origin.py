"""Where a reported figure comes from."""

from __future__ import annotations

from dataclasses import dataclass

from geozone.messages import Text, text


@dataclass(frozen=True, slots=True)
class Origin:
    """Who reported a figure, in what, and when it was taken from there."""

    producer: Text
    title: Text
    published: str  # date, as far as known: 2025, 2025-01 or 2025-01-27
    taken: str

    @property
    def licence(self) -> Text:
        """Under which terms it may be used."""
        return text("figures.licence")

    @property
    def citation(self) -> Text:
        """How to cite it."""
        key = "figures.citation_dated" if self.published else "figures.citation"
        return text(key, producer=self.producer, title=self.title, published=self.published)
