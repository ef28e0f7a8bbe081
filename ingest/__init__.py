"""Wikipedia dumps and .ndjson files to articles, links, redirects and facets."""
