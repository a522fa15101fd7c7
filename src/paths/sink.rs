//! What there is to lose: the kinds of resources that hold data or run something, and the actions that use them.

use super::Access;
use crate::model::{Arn, Posture, Region, Resource};

/// A kind of resource.
pub(super) struct Sink {
    /// What people call it.
    pub(super) kind: &'static str,
    /// Whether it holds data, so that a path may end there.
    pub(super) is_data: bool,
    /// Its resources in a Region.
    list: fn(&Region) -> Vec<Arn>,
    /// What uses it, in order; one of the actions is enough.
    pub(super) uses: &'static [(Access, &'static [&'static str])],
}

fn arns<T: Resource>(items: &[T]) -> Vec<Arn> {
    items.iter().map(|item| item.arn().clone()).collect()
}

/// Every kind. Of the actions that do the same, the usual ones.
pub(super) static SINKS: &[Sink] = &[
    Sink {
        kind: "table",
        is_data: true,
        list: |region| arns(&region.tables.items),
        uses: &[
            (Access::Read, &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem"]),
            (Access::Write, &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]),
            (Access::Delete, &["dynamodb:DeleteItem", "dynamodb:DeleteTable"]),
            (Access::Administer, &["dynamodb:PutResourcePolicy", "dynamodb:UpdateTable"]),
        ],
    },
    Sink {
        kind: "bucket",
        is_data: true,
        list: |region| arns(&region.buckets.items),
        uses: &[
            (Access::Read, &["s3:GetObject"]),
            (Access::Write, &["s3:PutObject"]),
            (Access::Delete, &["s3:DeleteObject", "s3:DeleteBucket"]),
            (Access::Administer, &["s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"]),
        ],
    },
    Sink {
        kind: "secret",
        is_data: true,
        list: |region| arns(&region.secrets.items),
        uses: &[
            (Access::Read, &["secretsmanager:GetSecretValue"]),
            (Access::Write, &["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"]),
            (Access::Delete, &["secretsmanager:DeleteSecret"]),
            (Access::Administer, &["secretsmanager:PutResourcePolicy"]),
        ],
    },
    Sink {
        kind: "parameter",
        is_data: true,
        list: |region| arns(&region.parameters.items),
        uses: &[
            (Access::Read, &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]),
            (Access::Write, &["ssm:PutParameter"]),
            (Access::Delete, &["ssm:DeleteParameter", "ssm:DeleteParameters"]),
        ],
    },
    Sink {
        kind: "key",
        is_data: false,
        list: |region| arns(&region.keys.items),
        uses: &[
            (Access::Read, &["kms:Decrypt"]),
            (Access::Write, &["kms:Encrypt", "kms:GenerateDataKey"]),
            (Access::Delete, &["kms:ScheduleKeyDeletion", "kms:DisableKey"]),
            (Access::Administer, &["kms:PutKeyPolicy", "kms:CreateGrant"]),
        ],
    },
    Sink {
        kind: "queue",
        is_data: true,
        list: |region| arns(&region.queues.items),
        uses: &[
            (Access::Read, &["sqs:ReceiveMessage"]),
            (Access::Write, &["sqs:SendMessage"]),
            (Access::Delete, &["sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:DeleteQueue"]),
            (Access::Administer, &["sqs:SetQueueAttributes", "sqs:AddPermission"]),
        ],
    },
    Sink {
        kind: "topic",
        is_data: false,
        list: |region| arns(&region.topics.items),
        uses: &[
            (Access::Read, &["sns:Subscribe"]),
            (Access::Write, &["sns:Publish"]),
            (Access::Delete, &["sns:DeleteTopic"]),
            (Access::Administer, &["sns:SetTopicAttributes", "sns:AddPermission"]),
        ],
    },
    Sink {
        kind: "stream",
        is_data: true,
        list: |region| arns(&region.kinesis_streams.items),
        uses: &[
            (Access::Read, &["kinesis:GetRecords"]),
            (Access::Write, &["kinesis:PutRecord", "kinesis:PutRecords"]),
            (Access::Delete, &["kinesis:DeleteStream"]),
            (Access::Administer, &["kinesis:PutResourcePolicy"]),
        ],
    },
    Sink {
        kind: "file-system",
        is_data: true,
        list: |region| arns(&region.file_systems.items),
        uses: &[
            (Access::Read, &["elasticfilesystem:ClientMount"]),
            (Access::Write, &["elasticfilesystem:ClientWrite"]),
            (Access::Delete, &["elasticfilesystem:DeleteFileSystem"]),
            (Access::Administer, &["elasticfilesystem:PutFileSystemPolicy"]),
        ],
    },
    Sink {
        kind: "repository",
        is_data: false,
        list: |region| arns(&region.repositories.items),
        uses: &[
            (Access::Read, &["ecr:BatchGetImage"]),
            (Access::Write, &["ecr:PutImage"]),
            (Access::Delete, &["ecr:BatchDeleteImage", "ecr:DeleteRepository"]),
            (Access::Administer, &["ecr:SetRepositoryPolicy"]),
        ],
    },
    Sink {
        kind: "event-bus",
        is_data: false,
        list: |region| arns(&region.event_buses.items),
        uses: &[(Access::Write, &["events:PutEvents"]), (Access::Administer, &["events:PutPermission"])],
    },
    Sink {
        kind: "state-machine",
        is_data: false,
        list: |region| arns(&region.state_machines.items),
        uses: &[
            (Access::Write, &["states:UpdateStateMachine"]),
            (Access::Delete, &["states:DeleteStateMachine"]),
            (Access::Invoke, &["states:StartExecution"]),
        ],
    },
    Sink {
        kind: "function",
        is_data: false,
        list: |region| arns(&region.functions.items),
        uses: &[
            (Access::Write, &["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"]),
            (Access::Delete, &["lambda:DeleteFunction"]),
            (Access::Administer, &["lambda:AddPermission", "lambda:CreateFunctionUrlConfig"]),
            (Access::Invoke, &["lambda:InvokeFunction"]),
        ],
    },
];

impl Sink {
    /// The account's resources of this kind.
    pub(super) fn all(&self, posture: &Posture) -> Vec<Arn> {
        posture.regions.values().flat_map(self.list).collect()
    }

    /// The kind of `resource`, by its ARN.
    pub(super) fn of(posture: &Posture, resource: &Arn) -> Option<&'static Self> {
        let region = |sink: &&Self| posture.regions.values().any(|region| (sink.list)(region).contains(resource));
        SINKS.iter().find(region)
    }
}
