"""Fit an embedding of articles and links to the pairs in the database, and write its unit vectors back."""
