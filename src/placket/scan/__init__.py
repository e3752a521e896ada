"""The independent scanner: every connected source read again, without the catalogue."""
