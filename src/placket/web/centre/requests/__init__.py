"""Requests in the shoppers' centre: asked for, proven by a code, followed, stopped."""
