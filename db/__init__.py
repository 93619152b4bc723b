"""The rows: the only package that knows SQL."""
