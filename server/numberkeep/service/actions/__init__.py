"""Actions on many contacts, as jobs: tag, untag, delete and export, with progress and undo."""
