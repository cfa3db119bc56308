"""What was computed before is taken again where everything that it was made from is the same, byte by byte."""
