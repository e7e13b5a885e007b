"""Pages of the app, which the service behind them fills in."""
