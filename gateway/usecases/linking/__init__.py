"""Persons and households behind records, and stewards' decisions about them."""
