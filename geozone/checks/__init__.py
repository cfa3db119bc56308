"""Find what is wrong in a layer; repair it with every change recorded."""

from __future__ import annotations

from geozone.checks.findings import REPAIRABLE, check
from geozone.checks.repair import LEDGER_COLUMNS, reading_ledger, repair

__all__ = ["LEDGER_COLUMNS", "REPAIRABLE", "check", "reading_ledger", "repair"]
