"""What a person may ask of us, and what is corrected, retracted, kept and erased."""
