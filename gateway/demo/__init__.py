"""The demo: a borough that does not exist, its partners, a provider to sign in at, and the story played over HTTP."""
