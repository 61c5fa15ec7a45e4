"""How much a client, an organisation and an address may call, exactly over all processes; what is known of it is in memory."""
