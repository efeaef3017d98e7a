"""The WSGI application object, and nothing else."""

from app import create_app

app = create_app()
