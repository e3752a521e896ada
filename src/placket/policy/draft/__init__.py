"""From a privacy text that people wrote to a policy whose every block awaits a person's yes."""
