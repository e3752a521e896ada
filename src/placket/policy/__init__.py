"""The policy document: read, checked, compiled and rendered back."""
