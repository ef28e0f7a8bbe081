"""From bytes to pages and rows: which files there are, how they are packed, and where a page begins and ends."""
