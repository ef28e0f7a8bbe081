"""Fetch a dump from Wikimedia or a mirror: find it, go on where a run was cut off, and check every file."""
