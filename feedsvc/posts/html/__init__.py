"""Any HTML becomes HTML that readers show, and text."""
