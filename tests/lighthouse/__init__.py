"""Lighthouse, on the built site as CloudFront would serve it."""
