"""What people are told of reports: e-mail and web push, fed by the outbox."""
