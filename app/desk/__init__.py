"""The front desk: the register of all reports, and what is done with one."""
