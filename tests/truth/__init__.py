"""Models that were really run: what `inspect` says of them must be what torch said."""
