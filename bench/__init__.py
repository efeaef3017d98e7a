"""How fast, how small, how far: each module is a measurement that prints a table."""
