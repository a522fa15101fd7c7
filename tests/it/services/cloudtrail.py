def trail(cloudtrail, **more):
    cloudtrail.create_trail(S3BucketName="trail-logs", **more)

s3 = client("s3")
attempt(s3.create_bucket, Bucket="trail-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
cloudtrail = client("cloudtrail")
trail(cloudtrail, Name="everything", IsMultiRegionTrail=True, EnableLogFileValidation=True, IncludeGlobalServiceEvents=True,
    KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
    CloudWatchLogsLogGroupArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:trail:*",
    CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/trail")
cloudtrail.put_event_selectors(TrailName="everything", AdvancedEventSelectors=[{"Name": "functions but one", "FieldSelectors": [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
    {"Field": "resources.ARN", "NotStartsWith": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:noisy"]},
]}])
cloudtrail.start_logging(Name="everything")
trail(cloudtrail, Name="local")
cloudtrail.put_event_selectors(TrailName="local", EventSelectors=[{
    "ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
}])
trail(client("cloudtrail", region="us-east-1"), Name="elsewhere", IsMultiRegionTrail=True)
attempt(cloudtrail.create_event_data_store, Name="lake", MultiRegionEnabled=True, RetentionPeriod=2557, TerminationProtectionEnabled=True,
    AdvancedEventSelectors=[{"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}])
