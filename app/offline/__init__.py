"""What a phone keeps so that it can report without network: the worker, its pages, the signs."""
