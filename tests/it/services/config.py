config = client("config")
config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT}:role/config",
    "recordingGroup": {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::Lambda::Function", "AWS::S3::Bucket"]}})
config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-records"})
config.start_configuration_recorder(ConfigurationRecorderName="default")
