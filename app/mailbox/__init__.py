"""E-mail in: messages to the mailbox become reports, and answers to our mails find theirs."""
