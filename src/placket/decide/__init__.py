"""May this activity use these data of this person today, and why: the table, the tree, the SQL."""
