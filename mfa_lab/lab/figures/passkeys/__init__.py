"""Draw figures about passkeys: the bytes that are signed, and a phishing page that passes everything on."""
