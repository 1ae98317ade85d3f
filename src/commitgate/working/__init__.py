"""What the commands do to the run folder, without a command line: compose, check, and then write in one step."""
