"""A carrier, its customers and the agents' phones, played by a second Asterisk over real SIP."""
