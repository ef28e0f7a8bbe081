"""From bytes to pages: files, how they are packed, and where a page begins and ends."""
