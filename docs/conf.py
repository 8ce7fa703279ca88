"""Sphinx configuration: ``python -m sphinx -W docs docs/_build/html``; no network needed."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # for teaching_order and tools

from ddkd import __version__  # noqa: E402
from ddkd.lecture import write_page  # noqa: E402
from tools.architecture import describe, draw, imports  # noqa: E402

shutil.rmtree(HERE / "generated", ignore_errors=True)  # pages of names that are gone
(HERE / "images" / "architecture.svg").write_text(draw(imports(), describe()), encoding="utf-8")

project = "ddkd"
author = "The ddkd developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "matplotlib.sphinxext.plot_directive",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",  # serves MathJax from the pages themselves
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "measured"]
nitpicky = False
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say more, and signatures stay readable
autodoc_preserve_defaults = True
# scikit-learn's own metadata-routing methods, whose text refers to its own pages.
_ROUTING = [f"set_{m}_request" for m in ("fit", "partial_fit", "predict", "score", "transform")]
autodoc_default_options = {"exclude-members": ",".join(_ROUTING)}
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

plot_include_source = True
plot_html_show_source_link = False
plot_html_show_formats = False
plot_formats = [("png", 90)]

# The live lecture is a page of its own beside the others.
_extra = HERE / "_build" / "extra"
_extra.mkdir(parents=True, exist_ok=True)
write_page(_extra / "double-descent.html")
html_extra_path = [str(_extra)]

html_theme = "pydata_sphinx_theme"
html_title = "ddkd"
html_static_path = ["_static"]
html_css_files = ["ddkd.css"]
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": True,
    "header_links_before_dropdown": 8,
    "footer_end": [],
}
html_show_sourcelink = False
html_sidebars = {"**": []}  # the eight entries of the header are enough

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("ddkd",),
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"/test_",  # to copy, not to look at
    "within_subsection_order": "teaching_order.TeachingOrder",
    "remove_config_comments": True,
    "min_reported_time": 1e6,
    "thumbnail_size": (600, 420),
    "write_computation_times": False,  # that page loads scripts from the network
    "abort_on_example_error": True,
}
