"""What each person of the design comes for, played over HTTP with their own rights."""
