"""Texts in other languages: one file of GNU gettext for each, `<language>.po`, and what keeps them whole."""
