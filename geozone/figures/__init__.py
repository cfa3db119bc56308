"""Reported figures: those that come with the product, those of the user, and both as one."""
