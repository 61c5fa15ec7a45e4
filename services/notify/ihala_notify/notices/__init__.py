"""What an office must hear, as notices and as e-mail digests: one for each officer who asked for it and confirmed the address."""
