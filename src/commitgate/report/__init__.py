"""One module per format. A report is a pure function of a verdict; nothing here decides anything."""
