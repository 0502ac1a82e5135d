"""The broker's definitions: one user, one virtual host, and the policies the queues rely on."""
