"""Recipients of data: one way to tell each of a request, and to ask how far it is."""
