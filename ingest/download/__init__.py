"""A dump fetched from Wikimedia or a mirror: found, resumed, verified."""
