"""What was found when it was last recorded must still be found: ``python -m tests.guards``."""
