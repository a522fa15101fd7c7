client("securityhub").enable_security_hub(EnableDefaultStandards=False)
