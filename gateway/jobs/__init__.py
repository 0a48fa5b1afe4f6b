"""Jobs that run beside the API: linkage and the sequencer of the log."""
