"""Support: where requests die."""
