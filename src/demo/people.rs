//! Users, groups and managed policies.

use std::collections::BTreeMap;

use crate::model::{Arn, Fact, Group, ManagedPolicy, Policies, PolicyText, User};

use super::{
    ACCOUNT, EU, PARTITION,
    policy::{allow, document},
    role::BOUNDARY,
};

/// Two users are left; everybody else signs in through the identity centre.
pub(super) fn users() -> Vec<User> {
    let user = |name: &str, groups: &[&str], inline: &[(&str, PolicyText)]| User {
        arn: Arn::build(PARTITION, "iam", "", ACCOUNT, &format!("user/{name}")),
        name: name.to_owned(),
        policies: Policies {
            inline: inline.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect(),
            attached: Vec::new(),
        },
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        boundary: None,
        tags: BTreeMap::new(),
    };
    vec![
        user("break-glass", &["administrators"], &[]),
        user("etl-batch", &[], &[("lake", document(&[allow(EU, &["s3:GetObject", "s3:PutObject"], &["larkspur-lake/*"])]))]),
    ]
}

/// The groups of the users.
pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        arn: Arn::build(PARTITION, "iam", "", ACCOUNT, "group/administrators"),
        name: "administrators".to_owned(),
        policies: Policies {
            inline: BTreeMap::new(),
            attached: vec![Arn::build(PARTITION, "iam", "", "aws", "policy/AdministratorAccess")],
        },
    }]
}

/// The boundary, and those of AWS's policies that are attached to something.
pub(super) fn policies() -> Vec<ManagedPolicy> {
    let policy = |account: &str, path: &str, statements: &[String]| {
        let arn = Arn::build(PARTITION, "iam", "", account, &format!("policy/{path}"));
        ManagedPolicy { name: arn.name().to_owned(), arn, document: Fact::Known(document(statements)) }
    };
    let everywhere = |actions: &[&str]| allow(EU, actions, &["*"]);
    let logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
    vec![
        policy(
            ACCOUNT,
            BOUNDARY,
            &[
                everywhere(&[
                    "logs:*",
                    "xray:Put*",
                    "dynamodb:*",
                    "s3:*",
                    "sqs:*",
                    "sns:Publish",
                    "events:PutEvents",
                    "kinesis:*",
                    "kms:Decrypt",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:GenerateMac",
                    "kms:VerifyMac",
                    "secretsmanager:GetSecretValue",
                    "ssm:GetParameter*",
                    "cognito-idp:*",
                    "es:ESHttp*",
                    "ec2:*NetworkInterface*",
                    "ec2:DescribeSubnets",
                    "lambda:InvokeFunction",
                ]),
                r#"{"Effect":"Deny","Action":["s3:DeleteBucket","s3:PutBucketPolicy","dynamodb:DeleteTable"],"Resource":"*"}"#.to_owned(),
            ],
        ),
        policy("aws", "AdministratorAccess", &[everywhere(&["*"])]),
        policy("aws", "AmazonS3FullAccess", &[everywhere(&["s3:*", "s3-object-lambda:*"])]),
        policy(
            "aws",
            "ReadOnlyAccess",
            &[everywhere(&["lambda:Get*", "lambda:List*", "iam:Get*", "iam:List*", "kms:Describe*", "kms:List*", "logs:Describe*"])],
        ),
        policy("aws", "service-role/AWSLambdaBasicExecutionRole", &[everywhere(&logs)]),
        policy(
            "aws",
            "service-role/AWSLambdaSQSQueueExecutionRole",
            &[everywhere(&[&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], logs.as_slice()].concat())],
        ),
        policy(
            "aws",
            "service-role/AWSLambdaVPCAccessExecutionRole",
            &[everywhere(
                &[
                    logs.as_slice(),
                    &[
                        "ec2:CreateNetworkInterface",
                        "ec2:DescribeNetworkInterfaces",
                        "ec2:DescribeSubnets",
                        "ec2:DeleteNetworkInterface",
                        "ec2:AssignPrivateIpAddresses",
                        "ec2:UnassignPrivateIpAddresses",
                    ],
                ]
                .concat(),
            )],
        ),
    ]
}
