//! The identity team: sign-in, sessions, and what the law asks for.

use super::{
    EU, POWERTOOLS, keys,
    policy::when,
    service::{Service, Team},
};

const IDENTITY: Team = Team { name: "identity", cost_centre: "cc-1500", bounded: true };

pub(super) fn services() -> Vec<Service> {
    let identity = |name, about| Service::new(EU, &IDENTITY, name, about).sensitive("pii").environment_under(Some(keys::customer_data()));
    vec![
        identity("auth-login", "Signs customers in")
            .behind_api("auth", "POST/login")
            .setting("USER_POOL", "eu-west-1_larkspur")
            .may(&["cognito-idp:AdminInitiateAuth"], &["userpool/eu-west-1_larkspur"]),
        identity("auth-token", "Renews sessions")
            .behind_api("auth", "POST/token")
            .setting("SIGNING_KEY_ALIAS", "alias/session-signing")
            .may(&["kms:GenerateMac", "kms:VerifyMac"], &[keys::session_signing().as_str()]),
        identity("auth-pre-signup", "Turns away disposable addresses")
            .permission(
                "pool",
                r#"{"Service":"cognito-idp.amazonaws.com"}"#,
                &when("ArnLike", "AWS:SourceArn", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_larkspur"),
            )
            .unsigned(),
        identity("account-export", "Gives customers what is known of them")
            .runtime("python3.13", 1024, 300)
            .reads_queue("account-exports")
            .layer(POWERTOOLS, "AWSLambdaPowertoolsPythonV3-python313-arm64", 22)
            .setting("EXPORT_BUCKET", "larkspur-account-exports")
            .log_group(|group| group.data_protection = None)
            .may(&["s3:PutObject"], &["larkspur-account-exports/*"])
            .may(&["dynamodb:Query"], &["table/accounts", "table/orders/index/by-account"]),
        identity("account-erase", "Erases what customers want forgotten")
            .runtime("python3.13", 1024, 300)
            .reads_queue("account-erasures")
            .setting("ACCOUNTS_TABLE", "accounts")
            .environment_under(None)
            .may(&["dynamodb:DeleteItem", "dynamodb:Query"], &["table/accounts"]),
        identity("session-revoke", "Ends sessions after a change of password")
            .on_topic("password-changes")
            .setting("SESSIONS_TABLE", "sessions")
            .may(&["dynamodb:DeleteItem"], &["table/sessions"]),
        identity("consent-record", "Records consent, and its withdrawal")
            .behind_api("auth", "PUT/consent")
            .runtime("dotnet8", 512, 15)
            .setting("CONSENT_TABLE", "consent")
            .may(&["dynamodb:PutItem"], &["table/consent"]),
    ]
}
