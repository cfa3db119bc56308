"""Hold a delivery against a standard: declared layers, fields, code lists and rules, each with source and certainty."""

from __future__ import annotations
