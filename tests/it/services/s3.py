import urllib.request
s3 = client("s3")
here = {"LocationConstraint": REGION}
def policy(bucket):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*"}]})
s3.create_bucket(Bucket="palisade-plain", CreateBucketConfiguration=here)
attempt(s3.delete_public_access_block, Bucket="palisade-plain")
s3.create_bucket(Bucket="palisade-copies", CreateBucketConfiguration=here)
s3.put_bucket_versioning(Bucket="palisade-copies", VersioningConfiguration={"Status": "Enabled"})
s3.put_bucket_versioning(Bucket="palisade-copies", VersioningConfiguration={"Status": "Suspended"})
client("s3", region="eu-west-2").create_bucket(Bucket="palisade-far", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
s3.create_bucket(Bucket="palisade-orders", CreateBucketConfiguration=here, ObjectLockEnabledForBucket=True)
s3.put_bucket_versioning(Bucket="palisade-orders", VersioningConfiguration={"Status": "Enabled"})
attempt(s3.put_object_lock_configuration, Bucket="palisade-orders", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled",
    "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}})
attempt(s3.put_public_access_block, Bucket="palisade-orders", PublicAccessBlockConfiguration={"BlockPublicAcls": True,
    "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False})
attempt(s3.put_bucket_policy, Bucket="palisade-orders", Policy=policy("palisade-orders"))
attempt(s3.put_bucket_encryption, Bucket="palisade-orders", ServerSideEncryptionConfiguration={"Rules": [{
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/orders"}, "BucketKeyEnabled": True}]})
s3.create_bucket(Bucket="palisade-replica", CreateBucketConfiguration=here)
s3.put_bucket_versioning(Bucket="palisade-replica", VersioningConfiguration={"Status": "Enabled"})
attempt(s3.put_bucket_replication, Bucket="palisade-orders", ReplicationConfiguration={"Role": f"arn:aws:iam::{ACCOUNT}:role/replicator",
    "Rules": [{"ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::palisade-replica"}}]})
sqs, sns = client("sqs"), client("sns")
sqs.create_queue(QueueName="uploads")
topic = sns.create_topic(Name="uploads")["TopicArn"]
attempt(s3.put_bucket_notification_configuration, Bucket="palisade-orders", SkipDestinationValidation=True, NotificationConfiguration={
    "LambdaFunctionConfigurations": [{"LambdaFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:uploads", "Events": ["s3:ObjectCreated:*"]}],
    "QueueConfigurations": [{"QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:uploads", "Events": ["s3:ObjectRemoved:*"]}],
    "TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:Put"]}],
    "EventBridgeConfiguration": {}})
# boto3 asks for the account before the host, which an address does not have.
block = "".join(f"<{name}>true</{name}>" for name in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"])
attempt(urllib.request.urlopen, url=urllib.request.Request(URL + "/v20180820/configuration/publicAccessBlock", method="PUT",
    data=f"<PublicAccessBlockConfiguration xmlns='http://awss3control.amazonaws.com/doc/2018-08-20/'>{block}</PublicAccessBlockConfiguration>".encode(),
    headers={"content-type": "application/xml", "x-amz-account-id": ACCOUNT, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": "20260101T000000Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/s3/aws4_request, SignedHeaders=host, Signature=0"}))
