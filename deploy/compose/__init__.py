"""What the containers need beside the processes themselves: set-up, health checks, settings."""
