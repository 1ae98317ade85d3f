"""The rules in force: shipped ``rules/*.yaml`` overridden by ``.gates.yaml``, as one frozen Policy."""
