"""From records to a posterior: summaries, amortised posterior, checks, backtest."""
