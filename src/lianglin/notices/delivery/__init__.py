"""What became of each message: sent, delivered, given up; letters to print; what the gateway says afterwards."""
