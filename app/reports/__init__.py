"""The heart of the house: what residents report, and what becomes of it."""
