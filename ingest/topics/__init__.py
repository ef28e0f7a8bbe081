"""Which infoboxes make an article, and which facets are read from them, with the data beside the readers."""
