"""Long work: one contract for local processes and Celery; the jobs table is the truth."""
