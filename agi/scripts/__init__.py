"""What Asterisk can do with a call by itself while the daemon is away: one script a file, started by AGI()."""
