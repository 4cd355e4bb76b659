"""What Earmark is measured on, and against whom; the figures are in docs/benchmarks.md."""
