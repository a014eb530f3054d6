"""YAML that remembers its lines, made into policies and settings."""
