"""Pictures of every page of the console: `make screenshots`."""
