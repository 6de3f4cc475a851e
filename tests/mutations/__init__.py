"""One-token bugs in realistic programs: how many of those that crash torch are found."""
