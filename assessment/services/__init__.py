"""Every write: lock, ask whose turn it is, write, record, in one transaction."""
