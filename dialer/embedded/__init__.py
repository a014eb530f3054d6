"""A PostgreSQL and an Asterisk of Waihu's own, for machines that have none."""
