"""The audit log: written, read, searched, proved, exported."""
