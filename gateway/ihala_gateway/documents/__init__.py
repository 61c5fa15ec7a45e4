"""What partners read: contracts at fixed addresses, the reference of calls and events, a page for each problem."""
