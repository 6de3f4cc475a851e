"""How long things take, as ratios on one machine in one run; not part of the suite.

python -m pytest tests/benchmarks/bench_*.py --benchmark-only
"""
