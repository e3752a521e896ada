"""Requests of persons: the fold of what happened to each, its state, deadline and next step."""
