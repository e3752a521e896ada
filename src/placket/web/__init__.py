"""The web: the interface under `/v1`, the notice for shoppers, the console for staff."""
