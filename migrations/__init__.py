"""Alembic migrations, which make the tables; the SQL functions are files in `db/sql/functions`."""
