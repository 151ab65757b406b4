"""What people and the background do to the register of places."""
