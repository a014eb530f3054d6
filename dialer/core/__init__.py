"""The dialer itself: pure values, events in, commands out."""
