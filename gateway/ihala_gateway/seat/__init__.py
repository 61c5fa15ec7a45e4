"""The second seat of `authorize()`: behind nginx, which asks for a decision, keeps it for some seconds and passes the request on itself."""
