"""The service desk's touch screen: one person after the other, and none leaves anything behind."""
