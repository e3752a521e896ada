"""A query by hand onto the purpose views of an activity, or why it is refused."""

from placket.sources.rewriting.names import Ground
from placket.sources.rewriting.refusing import Refusal
from placket.sources.rewriting.rewrite import Refused, Rewritten, rewrite

__all__ = ["Ground", "Refusal", "Refused", "Rewritten", "rewrite"]
