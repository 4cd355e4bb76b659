"""The HTTP server: it translates requests to use cases, and nothing else."""
