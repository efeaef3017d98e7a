"""What sign keepers do: places, signs, print orders and rounds. The park staff's side of VOF."""
