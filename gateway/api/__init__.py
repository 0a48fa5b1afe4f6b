"""Routes of the API: call a use case, shape the answer, nothing else."""
