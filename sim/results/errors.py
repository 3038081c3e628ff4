"""What can be wrong with a folder of results."""


class StoreError(Exception):
    """A folder cannot be used as asked; the message says why and what to do."""


class DiskError(StoreError):
    """The disk is full, or does not let itself be written to; what was finished is kept."""
