"""Search: schedules sought on seeds apart."""
