"""One family's page, assembled from permitted facts only: pure functions over what the ticket let out."""
