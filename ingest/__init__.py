"""Wikipedia dumps and .ndjson records to articles, links, redirects and facets."""
