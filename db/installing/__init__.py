"""Make a shelf in a database, bring it up to date, and remove it again."""
