"""What linkage is compared with. Runs in the environment of `requirements/bench.lock` and imports nothing of ours."""
