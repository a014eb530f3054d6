"""The books of phrases, one YAML file a language."""
