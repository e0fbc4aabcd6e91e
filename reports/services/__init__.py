"""Writes of what goes out: print jobs and publications."""
