"""A shelf as one file: save it, and restore it into an empty shelf of any server."""
