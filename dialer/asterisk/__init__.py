"""Everything that knows AMI."""
