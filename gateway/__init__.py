"""The application: settings, wiring, identity, API, pages, use cases, store, jobs and commands."""
