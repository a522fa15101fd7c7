sqs = client("sqs")
dead = sqs.create_queue(QueueName="dead", Attributes={"MessageRetentionPeriod": "1209600"})["QueueUrl"]
arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"
anyone = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn + "open"}]}
sqs.create_queue(QueueName="open", Attributes={
    "Policy": json.dumps(anyone),
    "KmsMasterKeyId": "alias/orders",
    "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn + "dead", "maxReceiveCount": "3"}),
})
