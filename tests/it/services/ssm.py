ssm = client("ssm")
ssm.put_parameter(Name="/app/token", Value="never-read", Type="String")
ssm.put_parameter(Name="/app/password", Value="never-read", Type="SecureString", KeyId="alias/orders", Tier="Advanced")
ssm.put_parameter(Name="hosts", Value="a,b", Type="StringList")
