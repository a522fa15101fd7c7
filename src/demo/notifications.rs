//! The notifications team: six functions on one role.

use super::{
    EU,
    role::Hat,
    service::{Service, Team},
};

const NOTIFICATIONS: Team = Team { name: "notifications", cost_centre: "cc-1400", bounded: false };
const SHARED: &str = "lambda-shared";

pub(super) fn services() -> Vec<Service> {
    let notify = |name, about| Service::new(EU, &NOTIFICATIONS, name, about);
    vec![
        notify("notify-email", "Sends e-mails")
            .runs_as(SHARED)
            .reads_queue("mails")
            .logs_without_key()
            .keeps_logs(None)
            .setting("SENDER", "parcels@larkspur.example"),
        notify("notify-sms", "Sends text messages")
            .runs_as(SHARED)
            .reads_queue("texts")
            .logs_without_key()
            .setting("SENDER", "Larkspur")
            .unsigned(),
        notify("notify-push", "Sends push messages to the app")
            .runs_as(SHARED)
            .reads_queue("pushes")
            .runtime("nodejs22.x", 256, 15)
            .setting("APP_ID", "com.larkspur.parcels")
            .environment_under(None),
        // Story: any account's EventBridge rule may start it.
        notify("notify-digest", "Sends business customers what happened in a day")
            .runs_as(SHARED)
            .permission("digest", r#"{"Service":"events.amazonaws.com"}"#, "")
            .unreleased()
            .setting("DIGEST_HOUR", "18h"),
        notify("notify-preferences", "Keeps who wants to be told what, and how")
            .runs_as(SHARED)
            .behind_api("shop", "PUT/preferences")
            .untraced()
            .setting("PREFERENCES_TABLE", "preferences"),
        notify("notify-slack", "Tells depots of delays")
            .runs_as(SHARED)
            .on_topic("depot-delays")
            .secret("SLACK_BOT_TOKEN", 57, "slack-token", true)
            .unreleased()
            .unsigned()
            .keeps_logs(Some(7)),
        // Nobody has seen a log line of it since its role was rewritten.
        notify("template-render", "Renders messages in eleven languages")
            .on_topic("messages-to-render")
            .setting("TEMPLATES_BUCKET", "larkspur-templates")
            .role(|role| role.may_nothing().may(&["s3:GetObject"], &["larkspur-templates/*"])),
    ]
}

/// The role that the team's functions share.
pub(super) fn shared_role() -> Hat {
    Hat::new(EU, SHARED)
        .trusts(r#"{"Service":"lambda.amazonaws.com"}"#, "sts:AssumeRole", None)
        .holds("service-role/AWSLambdaBasicExecutionRole")
        .holds("service-role/AWSLambdaSQSQueueExecutionRole")
        .may(&["ses:SendEmail", "ses:SendRawEmail"], &["identity/larkspur.example"])
        .may(&["sns:Publish"], &["app-pushes"])
        .may(&["dynamodb:GetItem", "dynamodb:PutItem"], &["table/preferences"])
        .may(&["xray:PutTraceSegments", "xray:PutTelemetryRecords"], &["*"])
        .tag("team", NOTIFICATIONS.name)
}
