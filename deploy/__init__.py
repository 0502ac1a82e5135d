"""Everything to run the platform: the local stack, provisioning, the city, the demonstration."""
