//! The operations team: watchers, and what was left lying about.

use super::{
    EU, OWN, US,
    role::Hat,
    service::{Service, Team},
};

const OPS: Team = Team { name: "ops", cost_centre: "cc-3000", bounded: false };

pub(super) fn services() -> Vec<Service> {
    let ops = |name, about| Service::new(EU, &OPS, name, about);
    vec![
        ops("key-rotator", "Rotates the secrets of databases")
            .runtime("python3.14", 256, 60)
            .permission("secrets", r#"{"Service":"secretsmanager.amazonaws.com"}"#, "")
            .in_vpc()
            .may(
                &["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
                &["secret:databases/*"],
            ),
        // Its wrapper came with a trial of an observability product.
        ops("log-shipper", "Ships logs to the archive account")
            .runtime("python3.13", 512, 60)
            .permission("logs", r#"{"Service":"logs.amazonaws.com"}"#, r#"{"StringEquals":{"AWS:SourceAccount":"123456789012"}}"#)
            .layer(OWN, "trial-agent", 2)
            .shown("AWS_LAMBDA_EXEC_WRAPPER", "/opt/trial/wrap")
            .may(&["firehose:PutRecordBatch"], &["deliverystream/archive"]),
        ops("backup-verify", "Restores one backup a night, and compares")
            .runtime("python3.13", 1024, 900)
            .on_schedule("backup-verify")
            .logs_without_key()
            .may(&["backup:StartRestoreJob", "backup:DescribeRestoreJob"], &["*"]),
        ops("drift-check", "Compares stacks with their templates")
            .on_schedule("drift-check")
            .untraced()
            .may(&["cloudformation:DetectStackDrift", "cloudformation:DescribeStacks"], &["stack/*"]),
        ops("canary-probe", "Orders, tracks and cancels a parcel every five minutes")
            .on_schedule("canary-probe")
            .unreleased()
            .keeps_logs(Some(3))
            .logs_without_key(),
        ops("release-notes", "Tells Slack what was released")
            .runs_as("release-notes-role")
            .unsigned()
            .unreleased()
            .deployed(388)
            .on_topic("releases"),
        Service::new(US, &OPS, "cost-report", "Adds up what each team spends")
            .runtime("python3.14", 512, 120)
            .on_schedule("cost-report")
            .may(&["ce:GetCostAndUsage"], &["*"]),
        // A URL from a hack day: open by type, but no policy lets anyone in.
        Service::new(US, &OPS, "dns-check", "Checks that names resolve everywhere").url(true, None).unreleased().on_schedule("dns-check"),
        Service::new(US, &OPS, "feature-flags", "Serves feature flags")
            .behind_api("flags", "GET/flags")
            .tag("env", "staging")
            .runtime("nodejs22.x", 256, 5)
            .setting("FLAGS_TABLE", "flags")
            .environment_under(None)
            .may(&["dynamodb:GetItem"], &["table/flags"]),
    ]
}

/// Roles that no function runs as.
pub(super) fn roles() -> Vec<Hat> {
    let github = |sub: &str| {
        format!(
            r#"{{"StringEquals":{{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}},"StringLike":{{"token.actions.githubusercontent.com:sub":"{sub}"}}}}"#
        )
    };
    let github_users = r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}"#;
    let deploys = [
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
        "lambda:GetFunction",
    ];
    vec![
        // Story: every repository on GitHub whose owner begins with these letters deploys every function.
        Hat::new(EU, "github-deploy")
            .trusts(github_users, "sts:AssumeRoleWithWebIdentity", Some(&github("repo:larkspur*")))
            .may(&deploys, &["function:*", "arn:aws:lambda:us-east-1:123456789012:function:*"])
            .tag("team", OPS.name),
        Hat::new(EU, "github-deploy-billing")
            .trusts(github_users, "sts:AssumeRoleWithWebIdentity", Some(&github("repo:larkspur-parcel/billing:environment:production")))
            .may(&deploys, &["function:billing-*"])
            .tag("team", "billing"),
        Hat::new(EU, "monitoring-vendor")
            .trusts(r#"{"AWS":"arn:aws:iam::333322221111:root"}"#, "sts:AssumeRole", None)
            .may(&["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], &["*"])
            .tag("team", OPS.name),
        // Left from a workshop: anyone with an AWS account may assume it.
        Hat::new(EU, "workshop-2024")
            .trusts(r#"{"AWS":"*"}"#, "sts:AssumeRole", None)
            .may(&["s3:GetObject", "s3:ListBucket"], &["larkspur-workshop", "larkspur-workshop/*"])
            .used(Some(211))
            .tag("team", OPS.name),
        Hat::new(EU, "on-call")
            .trusts(
                r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
                "sts:AssumeRole",
                Some(r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#),
            )
            .holds("ReadOnlyAccess")
            .may(
                &["lambda:PutFunctionConcurrency", "lambda:UpdateEventSourceMapping", "lambda:RemovePermission", "lambda:UpdateAlias"],
                &["function:*"],
            )
            .tag("team", OPS.name),
        // Who looks at the account with Palisade: it may contain what runs in Ireland, and nobody thought of the other Region.
        Hat::new(EU, super::AUDIT)
            .trusts(
                r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
                "sts:AssumeRole",
                Some(r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#),
            )
            .may(&["lambda:Get*", "lambda:List*"], &["*"])
            .may(&["iam:GetAccountAuthorizationDetails"], &["*"])
            .may(&["lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:UpdateAlias"], &["function:*"])
            .may(&["lambda:UpdateEventSourceMapping"], &["event-source-mapping:*"])
            .may(&["iam:PutRolePolicy"], &["role/*"])
            .tag("team", OPS.name),
        Hat::new(US, "emr-spark-2023")
            .trusts(r#"{"Service":"ec2.amazonaws.com"}"#, "sts:AssumeRole", None)
            .may(&["s3:GetObject", "s3:PutObject"], &["larkspur-lake/*"])
            .used(None)
            .tag("team", "data-platform"),
    ]
}
