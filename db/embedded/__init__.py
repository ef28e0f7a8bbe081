"""The embedded PostgreSQL: who shares it, its process, its files, and the programs of its wheel."""
