"""Incentives: what a pay plan rewards, and where effort goes."""
