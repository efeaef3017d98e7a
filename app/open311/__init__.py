"""Open311 GeoReport v2: any city client can read reports and file them."""
