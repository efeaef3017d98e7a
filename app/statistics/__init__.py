"""The year in figures: what managers and the public see of the register as a whole."""
