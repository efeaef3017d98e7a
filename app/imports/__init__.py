"""Importing a file: it is read row by row, what it would do is shown, and only that is done."""
