"""Pure rules: (policy, facts, now) → verdict. No git, no file, no clock; one module per family of rules."""
