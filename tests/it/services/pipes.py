pipes = client("pipes")
arn = lambda service, resource: f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
pipes.create_pipe(Name="changes", Source=arn("dynamodb", "table/orders/stream/2026-01-01T00:00:00.000"), Target=arn("sns", "orders"),
    Enrichment=arn("lambda", "function:enrich"), RoleArn=f"arn:aws:iam::{ACCOUNT}:role/pipes", KmsKeyIdentifier=arn("kms", "key/pipes"),
    SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "DeadLetterConfig": {"Arn": arn("sqs", "dead")}}},
    TargetParameters={"InputTemplate": '{"id": <$.id>, "db_password": "S3cr3t-Hunter2"}'},
    EnrichmentParameters={"HttpParameters": {"HeaderParameters": {"x-api-key": "f3a9c1d07b52"}}},
    LogConfiguration={"Level": "TRACE", "IncludeExecutionData": ["ALL"],
        "CloudwatchLogsLogDestination": {"LogGroupArn": arn("logs", "log-group:/aws/vendedlogs/pipes/changes")}})
