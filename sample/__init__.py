"""The bundled sample: facts about real books and films, and the builder that packs them as a MediaWiki export."""
