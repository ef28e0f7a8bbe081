"""All that knows wikitext: what a text holds, what its titles mean, and what an infobox's values say."""
