"""The rows of the database, one file each; no behaviour, no queries."""
