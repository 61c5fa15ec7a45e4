"""Every change that intake makes: one function, one transaction, at least one event."""
