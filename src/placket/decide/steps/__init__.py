"""The decision table: each step says when it denies, by which rule, clause and law."""
