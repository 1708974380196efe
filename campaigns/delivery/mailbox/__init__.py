"""The local mailbox: a real SMTP server on loopback that keeps what it receives, and what the console reads of it."""
