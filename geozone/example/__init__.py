"""A complete synthetic set of inputs as offices keep them, and the truth that a right result is held against."""

from geozone.example.declared import ZONES
from geozone.example.truths import UNANSWERED, Truth, truth
from geozone.example.writing import write_example

__all__ = ["UNANSWERED", "ZONES", "Truth", "truth", "write_example"]
