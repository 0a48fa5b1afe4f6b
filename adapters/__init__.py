"""One package a partner: their record as they send it, translated into the concept model. Pure."""
