"""Connected systems: reaching a database, reflecting its schema, turning its rows into facts."""
