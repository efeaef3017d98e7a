"""Map pictures, addresses, and the spots a resident may mean: what comes from outside and is kept.

Only our server speaks to the map and address services, so that they never learn who is looking.
"""
