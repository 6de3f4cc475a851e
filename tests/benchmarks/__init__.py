"""How long things take (DESIGN §8), as ratios on one machine in one run; not part of the suite.

python -m pytest tests/benchmarks/bench_*.py --benchmark-only
"""
