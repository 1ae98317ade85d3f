"""commitgate: a staged delivery pipeline, enforced by git itself."""

__version__ = "0.1.0"
