"""What goes out: print jobs for those who file and review, and the portal for everyone."""
