"""Requests of persons in hand: opened, proven, planned, approved, carried out, answered."""
