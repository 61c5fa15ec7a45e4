"""Days on which offices are closed, and when a service is open because of them."""
