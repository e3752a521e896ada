"""Requests in the console: the queue, one request whole, and what staff do with it."""
