"""What the product knows of its subject, as declared: roles, measures, indicators, units; checked as a whole when loaded."""
