"""What an editor shows, as plain data made from facts: no protocol in here."""
