"""The fold of a person's facts into what holds for them."""
