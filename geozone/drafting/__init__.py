"""A project file drafted from a folder of files: what they are, what was guessed, and what was left out."""

from __future__ import annotations

from geozone.drafting.folder import Draft, draft_project
from geozone.drafting.writing import draft_rows, draft_text

__all__ = ["Draft", "draft_project", "draft_rows", "draft_text"]
