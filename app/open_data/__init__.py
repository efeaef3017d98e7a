"""What everybody may have of the reports and the places: files, an API for maps, a catalogue."""
