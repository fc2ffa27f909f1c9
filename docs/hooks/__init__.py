"""The site's generator: pages from the organisation and the catalogue of problems."""
