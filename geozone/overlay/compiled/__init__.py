"""Loops over edges, compiled: outlines in pieces, tiles of ground, cells, and the sweep over a cell."""
