"""Northvale, a fictional borough: its people, and the files that its partners would really send about them.

The generator knows neither the adapters nor linkage, nor their code lists, nor the concept model: it writes what
partners write and keeps the truth beside it, so that what the gateway makes of the files can be judged against it.
"""
