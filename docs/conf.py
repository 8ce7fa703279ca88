"""Sphinx configuration: ``python -m sphinx -W docs docs/_build/html``; no network needed."""

from ddkd import __version__

project = "ddkd"
author = "The ddkd developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # serves MathJax from the pages themselves
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "measured"]
nitpicky = False
autosummary_generate = True
# scikit-learn's own metadata-routing methods, whose text refers to its own pages.
_ROUTING = [f"set_{m}_request" for m in ("fit", "partial_fit", "predict", "score", "transform")]
autodoc_default_options = {"exclude-members": ",".join(_ROUTING)}
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "ddkd"
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": True,
    "header_links_before_dropdown": 3,  # one row on a laptop
}
html_show_sourcelink = False
html_sidebars = {"*": []}  # pages without subpages: the room is for formulas

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "remove_config_comments": True,
    "min_reported_time": 1e6,
    "write_computation_times": False,  # that page loads scripts from the network
    "abort_on_example_error": True,
}
