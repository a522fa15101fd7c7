sns = client("sns")
topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
sns.create_topic(Name="plain")
sns.create_topic(Name="orders", Attributes={"KmsMasterKeyId": "alias/orders", "Policy": json.dumps({"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": topic}]})})
for protocol, endpoint in [("lambda", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"), ("sqs", f"arn:aws:sqs:{REGION}:{ACCOUNT}:open"),
        ("sms", "+15550100"), ("email", "jane.doe@example.com")]:
    attempt(sns.subscribe, TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
