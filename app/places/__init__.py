"""Parks, halls and other places, what kinds there are, who is responsible, and the municipality."""
