"""The only way from data to use: an installation's ledger, keys and policy in one hand."""
