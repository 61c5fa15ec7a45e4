"""Events brought to an organisation's own address: signed (Standard Webhooks), tried again, logged, and never to a private address."""
