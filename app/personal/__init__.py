"""Care of what is kept of people: how long, what of one person, and erasing it."""
