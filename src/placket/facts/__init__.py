"""What happened: facts, appended and never changed, and their canonical bytes."""

from placket.facts.fact import OPEN, Fact, Kind, canonical, decode, fact_id, sealed_context

__all__ = ["OPEN", "Fact", "Kind", "canonical", "decode", "fact_id", "sealed_context"]
