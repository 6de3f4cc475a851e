"""What runs in the worker's process: the standard library and torch alone, Python 3.8 and later."""
