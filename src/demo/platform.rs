//! The data platform team, in us-east-1: what was built in a hurry and moved last.

use crate::model::{Fact, Gap, GapKind, RuntimeManagement};

use super::{
    LAYER_VENDOR, OWN, PARTNER, POWERTOOLS, US, keys,
    role::Hat,
    service::{Service, Team},
};

const DATA: Team = Team { name: "data-platform", cost_centre: "cc-2100", bounded: false };

pub(super) fn services() -> Vec<Service> {
    let data = |name, about| Service::new(US, &DATA, name, about);
    vec![
        legacy_etl(),
        partner_sync(),
        data("warehouse-load", "Copies the day into the warehouse")
            .runtime("python3.13", 2048, 900)
            .on_schedule("warehouse-load")
            .setting("CLUSTER", "larkspur-warehouse")
            .may(&["redshift-data:ExecuteStatement"], &["cluster:larkspur-warehouse"])
            .may(&["s3:GetObject"], &["larkspur-lake/curated/*"])
            // For loading by hand, with the keys that also lie in `legacy-etl`.
            .role(|role| role.trusts(r#"{"AWS":"arn:aws:iam::123456789012:user/etl-batch"}"#, "sts:AssumeRole", None)),
        data("clickstream-ingest", "Takes clicks from the shop and the app")
            .runtime("java21", 1024, 60)
            .reads_stream("clicks")
            .setting("LAKE_BUCKET", "larkspur-lake")
            .may(&["s3:PutObject"], &["larkspur-lake/raw/clicks/*"])
            .may(&["kms:GenerateDataKey"], &[keys::data_lake().as_str()]),
        data("report-nightly", "Makes the figures of the morning meeting")
            .runtime("python3.10", 1024, 600)
            .on_schedule("report-nightly")
            .deployed(256)
            .unsigned()
            .setting("REPORT_BUCKET", "larkspur-reports")
            .role(|role| role.holds("AmazonS3FullAccess")),
        data("forecast-demand", "Forecasts parcels a depot and day")
            .runtime("python3.12", 3008, 900)
            .on_schedule("forecast-weekly")
            .layer(LAYER_VENDOR, "pandas-slim", 7)
            .unsigned()
            .setting("MODEL_BUCKET", "larkspur-models")
            .may(&["s3:GetObject", "s3:PutObject"], &["larkspur-models/*"])
            .may(&["glue:StartJobRun", "glue:GetJobRun"], &["arn:aws:glue:eu-west-1:123456789012:job/forecast"])
            .but(|function| {
                function.versions = Gap::new(
                    GapKind::Throttled,
                    "lambda:ListVersionsByFunction",
                    "TooManyRequestsException: Rate exceeded, after 8 attempts",
                )
                .into();
            }),
        data("data-quality", "Counts what is missing")
            .runtime("python3.13", 1024, 300)
            .layer(POWERTOOLS, "AWSLambdaPowertoolsPythonV3-python313-arm64", 18)
            .on_schedule("data-quality")
            .unreleased()
            .role(|role| {
                role.states(
                    r#"{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"NotResource":["arn:aws:s3:::larkspur-payroll","arn:aws:s3:::larkspur-payroll/*"]}"#
                        .to_owned(),
                )
            }),
        data("schema-registry", "Keeps the schemas of events")
            .behind_api("schemas", "*/schemas/*")
            .setting("SCHEMAS_TABLE", "schemas")
            .may(&["dynamodb:GetItem", "dynamodb:PutItem"], &["table/schemas"]),
        data("catalog-crawl", "Describes new files to the catalogue")
            .runtime("python3.13", 512, 300)
            .on_upload("larkspur-lake")
            .layer(OWN, "lake-tools", 3)
            .may(&["glue:CreatePartition", "glue:GetTable"], &["catalog", "database/lake", "table/lake/*"]),
    ]
}

/// Story: nobody dares to touch it. An old runtime, pinned; an access key of a user in its environment;
/// code that is loaded before its own; and a role that may do everything.
fn legacy_etl() -> Service {
    Service::new(US, &DATA, "legacy-etl", "Nightly job of 2022; do not change before the migration")
        .runtime("nodejs16.x", 3008, 900)
        .on_schedule("legacy-etl-nightly")
        .runs_as("etl-admin")
        .deployed(912)
        .unsigned()
        .unreleased()
        .untraced()
        .logs_text()
        .secret("ETL_ACCESS_KEY_ID", 20, "aws-access-key-id", true)
        .secret("ETL_SECRET_ACCESS_KEY", 40, "aws-secret-access-key", true)
        .setting("NODE_OPTIONS", "--require /opt/preload.js")
        .layer(OWN, "etl-preload", 1)
        .environment_under(None)
        .but(|function| {
            function.runtime_management = Fact::Known(RuntimeManagement {
                update_on: "Manual".to_owned(),
                version_arn: Some(
                    "arn:aws:lambda:us-east-1::runtime:7f1c2a9e04b85d36e1a2c3d4f5061728394a5b6c7d8e9f00112233445566778f".to_owned(),
                ),
            });
        })
}

/// Story: a freight company's whole account may start it, and read what it writes.
fn partner_sync() -> Service {
    Service::new(US, &DATA, "partner-sync", "Exchanges manifests with Tidewater Freight")
        .runtime("python3.13", 512, 60)
        .permission("tidewater", &format!(r#"{{"AWS":"arn:aws:iam::{PARTNER}:root"}}"#), "")
        .setting("EXCHANGE_BUCKET", "larkspur-tidewater")
        .environment_under(Some(keys::partner_exchange()))
        .may(&["s3:GetObject", "s3:PutObject"], &["larkspur-tidewater/*"])
        .may(&["kms:Decrypt", "kms:GenerateDataKey"], &[keys::partner_exchange().as_str()])
}

/// The role of `legacy-etl`.
pub(super) fn etl_admin() -> Hat {
    Hat::new(US, "etl-admin")
        .trusts(r#"{"Service":"lambda.amazonaws.com"}"#, "sts:AssumeRole", None)
        .holds("AdministratorAccess")
        .tag("team", DATA.name)
}
