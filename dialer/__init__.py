"""Waihu (外呼): an outbound call centre on Asterisk and PostgreSQL."""
