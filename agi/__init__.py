"""FastAGI: what Asterisk's dialplan asks of Waihu while a call is up."""
