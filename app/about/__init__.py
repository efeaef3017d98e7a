"""What people may expect of these pages: privacy and accessibility."""
