from tests.postgres_server import database_url, empty_database_url, engine, postgres_server, template_database

__all__ = ["database_url", "empty_database_url", "engine", "postgres_server", "template_database"]
