client("xray").put_encryption_config(Type="KMS", KeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/traces")
