"""The demo municipality: real places of Stavanger, made-up signs, staff and reports."""
