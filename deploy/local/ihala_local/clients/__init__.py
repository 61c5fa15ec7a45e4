"""`make clients`: the clients that are made from contracts/, in one command each."""
