"""Settings that a municipality changes on screen, and the log of who changed them."""
