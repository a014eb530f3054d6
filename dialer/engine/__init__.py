"""One queue, one consumer: feeds events to the core and performs its commands."""
