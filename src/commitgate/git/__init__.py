"""The only place that speaks git: plumbing with -z, bytes and object ids, explicit flags, nothing written."""
