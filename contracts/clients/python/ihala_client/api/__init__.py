"""The APIs, a module each: models, and operations for `Client.call`.

Written by `make clients-python` from the contracts; do not edit.
"""
