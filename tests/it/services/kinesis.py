kinesis = client("kinesis")
arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
kinesis.create_stream(StreamName="plain", ShardCount=1)
kinesis.create_stream(StreamName="clicks", ShardCount=1)
attempt(kinesis.start_stream_encryption, StreamName="clicks", EncryptionType="KMS", KeyId="alias/clicks")
attempt(kinesis.increase_stream_retention_period, StreamName="clicks", RetentionPeriodHours=168)
attempt(kinesis.put_resource_policy, ResourceARN=arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "kinesis:PutRecord", "Resource": arn}]}))
