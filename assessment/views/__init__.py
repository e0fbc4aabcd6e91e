"""The unit's pages: ask, act, tell. What one may not see is a 404."""
