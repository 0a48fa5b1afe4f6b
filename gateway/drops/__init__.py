"""Folders into which partners put files over SFTP: whose, which names mean which feed, when a file is whole."""
