efs = client("efs")
plain = efs.create_file_system(CreationToken="plain", Tags=[{"Key": "Name", "Value": "plain"}])["FileSystemId"]
key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/orders"
shared = efs.create_file_system(CreationToken="shared", Encrypted=True, KmsKeyId=key, Tags=[{"Key": "Name", "Value": "shared"}])["FileSystemId"]
efs.create_access_point(ClientToken="root", FileSystemId=plain, PosixUser={"Uid": 0, "Gid": 0}, Tags=[{"Key": "Name", "Value": "root"}])
efs.create_access_point(ClientToken="app", FileSystemId=shared, PosixUser={"Uid": 1000, "Gid": 1000},
    RootDirectory={"Path": "/app", "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "750"}})
attempt(efs.put_file_system_policy, FileSystemId=shared, Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny",
    "Principal": {"AWS": "*"}, "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}))
