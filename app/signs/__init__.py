"""The sign register: codes that survive being typed, and what hangs where."""
