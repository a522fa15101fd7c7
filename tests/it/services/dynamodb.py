dynamodb = client("dynamodb")
arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
shape = dict(AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST")
dynamodb.create_table(TableName="plain", **shape)
table = dynamodb.create_table(TableName="orders", **shape, DeletionProtectionEnabled=True,
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/orders"})["TableDescription"]
dynamodb.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
attempt(dynamodb.update_table, TableName="orders", ReplicaUpdates=[{"Create": {"RegionName": "us-east-1"}}])
def policy(resource, action):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": action, "Resource": resource}]})
attempt(dynamodb.put_resource_policy, ResourceArn=arn + "orders", Policy=policy(arn + "orders", "dynamodb:GetItem"))
stream = table["LatestStreamArn"]
attempt(dynamodb.put_resource_policy, ResourceArn=stream, Policy=policy(stream, "dynamodb:GetRecords"))
