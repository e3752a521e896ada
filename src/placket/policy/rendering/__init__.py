"""The policy as people and other programs read it: notice, record, map, exports."""
