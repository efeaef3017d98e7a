"""The register kept safe: backups, restoring them, and moving from one database to another."""
