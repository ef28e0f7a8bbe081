"""Sphinx's settings for the site; `make docs` builds it."""

project = "Wikishelf"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Wikishelf"
html_copy_source = False
html_show_copyright = False
myst_heading_anchors = 4  # headings are linked to as on GitHub
