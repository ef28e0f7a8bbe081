"""What an import brings, and how its parts become tables."""
