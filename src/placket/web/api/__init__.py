"""The interface under `/v1`: JSON in, JSON out, refusals as problem details."""
