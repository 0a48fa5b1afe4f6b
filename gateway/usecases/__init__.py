"""What a user would say the gateway does: one module a use case, numbered steps, transactions in plain sight."""
