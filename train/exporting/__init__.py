"""A model's vectors as files that other tools read, one file here a format."""
