"""Timings of Placket's jobs, each beside its floor in the same run; nothing here is asserted."""
