"""Who works here: accounts, roles and sign-in."""
