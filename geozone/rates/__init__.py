"""Numerators, denominators, targets and verdicts."""
