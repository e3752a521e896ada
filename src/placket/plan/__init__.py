"""Plans as values: each row's fate with its reason, built, ordered, checked, worded, digested."""
