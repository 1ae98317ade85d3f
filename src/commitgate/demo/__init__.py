"""The demonstration: a whole delivery pipeline played as real commits in a scratch repository."""
