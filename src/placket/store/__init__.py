"""The ledger, requests and registers, in SQLite or PostgreSQL."""
