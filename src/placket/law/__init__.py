"""Dated law packs, and all calendar arithmetic."""
