"""What the monitor knows and decides, with nothing but the standard library: types, history, changes, subscriptions."""
