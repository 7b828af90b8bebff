"""Search: schedules and settings sought on seeds apart."""
