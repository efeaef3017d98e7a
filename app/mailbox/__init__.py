"""The mailbox: what comes by e-mail becomes a report, or lands on the one it answers."""
