"""What makes a shelf in a database, brings it up to date, and takes it away again."""
