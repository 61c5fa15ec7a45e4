"""Makes what the services find: databases and roles, topics, users and access lists. Everything here may run again."""
