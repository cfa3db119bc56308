"""From elevation to the ecological barrier."""
