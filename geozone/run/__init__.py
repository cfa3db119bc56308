"""One run: what goes in, what is computed, what is written."""
