"""The reference retailer: real transactions, invented persons, one shop database."""
