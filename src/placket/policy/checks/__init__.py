"""What may be wrong with a policy that reads well: one small function for each fault."""
