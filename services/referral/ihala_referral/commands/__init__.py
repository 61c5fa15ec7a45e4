"""Every change: one function, one transaction, at least one event. The placement is locked first."""
