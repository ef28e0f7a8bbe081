"""Alembic migrations: tables, once each; the functions stand in `db/sql/functions`."""
