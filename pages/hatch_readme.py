"""The README of a package, for Hatchling: on an index its relative links would lead nowhere."""

import sys
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Readme(MetadataHookInterface):
    """Puts the project's address before the README's links, or only their words where there is no address yet."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set `readme`, which pyproject.toml calls dynamic."""
        sys.path.insert(0, self.root)
        from pages.links import for_an_index

        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = for_an_index(readme, metadata.get("urls", {}).get("Source", ""))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
