"""Which infoboxes make an article, and which facets are read from them. The data lie beside their readers."""
