"""Barriers and corridors as belts of ground: their axis, width, breaks and gaps, and what would close them."""
