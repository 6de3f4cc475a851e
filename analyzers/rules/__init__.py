"""The rules: facts in, findings out. One file a rule; what they share is in ``support``."""
