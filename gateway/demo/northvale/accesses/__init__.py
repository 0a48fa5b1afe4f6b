"""What Northvale's staff look at in four weeks: ordinary work, and seeded snooping whose truth only the judge reads."""
