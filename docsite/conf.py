"""Sphinx's settings for the site that `make docs` builds from docs/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

project = "numberkeep"
copyright = "numberkeep contributors"  # noqa: A001 - Sphinx's name
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docsite.generated_pages",
    "docsite.navigation",
    "docsite.repository_links",
]
exclude_patterns = ["openapi.json"]
suppress_warnings = ["misc.highlighting_failure"]  # blocks of `json` with `...` in them

# The pages are plain CommonMark, which GitHub shows too. Links to headings are those of GitHub, and are checked.
myst_heading_anchors = 6
nitpicky = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
python_maximum_signature_line_length = 88
default_role = "code"  # docstrings have `names` in single backticks
napoleon_google_docstring = True
napoleon_numpy_docstring = False

smartquotes = False  # `--database` in a text is two hyphens

html_theme = "furo"
html_title = "numberkeep"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": False, "sidebar_hide_name": False}
