"""GNU gettext catalogues: extraction of texts, and updating, checking and compiling of `<language>.po` files."""
