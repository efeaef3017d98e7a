"""The crew's tablet: what is to be done, and what was done about it."""
