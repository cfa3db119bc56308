"""The web map: one self-contained page per zone."""
