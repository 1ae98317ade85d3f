"""What each hook does: pick base and side, ask the engine, print, return the exit code. No click in here."""
