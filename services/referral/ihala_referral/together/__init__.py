"""What the parties of a referral do together beside its moves: notes, tries, appointments, files, corrections, redaction, onward needs."""
