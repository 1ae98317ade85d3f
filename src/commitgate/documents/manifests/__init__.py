"""Readers of manifests and lockfiles: text → the dependencies that it names. A reader raises whatever it likes."""
