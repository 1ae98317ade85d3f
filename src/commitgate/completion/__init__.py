"""Completion scripts, generated from the commands themselves: completing a word never starts Python."""
