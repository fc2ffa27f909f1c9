"""The handler that the other functions invoke."""

from directory.flow import answer as lambda_handler

__all__ = ["lambda_handler"]
