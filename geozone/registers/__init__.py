"""Registers: lists of items with a status each, read from files, embedded, and written so that they come back."""

from __future__ import annotations

from geozone.registers.embedded import embedded_registers, published_lists
from geozone.registers.reader import read_register

__all__ = ["embedded_registers", "published_lists", "read_register"]
