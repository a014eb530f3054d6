"""A second Asterisk that plays the telephone network."""
