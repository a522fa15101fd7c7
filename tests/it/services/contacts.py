client("account", region="us-east-1").put_alternate_contact(AlternateContactType="SECURITY", EmailAddress="ann@example.com", Name="Ann",
    PhoneNumber="+1 555 0100", Title="CISO")
