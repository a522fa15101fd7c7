//! The tracking team: scans, events of carriers, and the way in.

use crate::model::{Cors, Fact};

use super::{
    EU, OWN, US,
    policy::{document, when},
    service::{Service, Team},
};

const TRACKING: Team = Team { name: "tracking", cost_centre: "cc-1200", bounded: false };

pub(super) fn services() -> Vec<Service> {
    let tracking = |name, about| Service::new(EU, &TRACKING, name, about);
    vec![
        webhook_in(),
        tracking("tracking-ingest", "Takes scans from the depots")
            .runtime("java21", 1024, 60)
            .reads_stream("parcel-scans")
            .setting("PARCELS_TABLE", "parcels")
            .may(&["dynamodb:UpdateItem"], &["table/parcels"]),
        tracking("tracking-api", "Answers where a parcel is")
            .behind_api("track", "GET/parcels/*")
            .url(false, Some(Cors { allow_origins: vec!["*".to_owned()], allow_methods: vec!["GET".to_owned()], allow_credentials: false }))
            .setting("PARCELS_TABLE", "parcels")
            .may(&["dynamodb:GetItem", "dynamodb:Query"], &["table/parcels"]),
        tracking("tracking-geocode", "Turns scans into places")
            .runtime("python3.12", 768, 30)
            .reads_queue("scans-to-geocode")
            .layer(OWN, "shared-utils", 14)
            .setting("PLACE_INDEX", "depots")
            .environment_under(None)
            .may(&["geo:SearchPlaceIndexForPosition"], &["place-index/depots"]),
        tracking("tracking-eta", "Predicts the hour of delivery")
            .runtime("python3.13", 2048, 60)
            .on_schedule("eta-every-10-minutes")
            .may(&["dynamodb:*"], &["table/parcels", "table/parcels/index/*"]),
        tracking("tracking-replay", "Replays scans that were lost")
            .reads_queue("scans-to-replay")
            .unreleased()
            .may(&["sqs:SendMessage"], &["scans-to-replay", "scans-to-geocode"])
            .but(|function| function.recursive_loop_terminated = Fact::Known(false)),
        tracking("carrier-poll", "Asks carriers without webhooks every quarter of an hour")
            .runtime("provided.al2", 256, 120)
            .on_schedule("carrier-poll")
            .secret("CARRIER_API_KEY", 40, "entropy-under-telling-name", false)
            .setting("CARRIERS", "norpost,kite,tidewater")
            .deployed(148)
            .logs_without_key()
            .keeps_logs(None)
            .may(&["sqs:SendMessage"], &["carrier-events"]),
        carrier_dispatch(),
        tracking("proof-of-delivery", "Stores signatures and doorstep photos")
            .behind_api("driver", "POST/deliveries/*/proof")
            .sensitive("pii")
            .setting("PROOFS_BUCKET", "larkspur-proofs")
            .environment_under(Some(super::keys::customer_data()))
            .log_group(|group| {
                group.data_protection = None;
                group.deletion_protection = Some(false);
            })
            .may(&["s3:PutObject"], &["larkspur-proofs/*"]),
        thumbnailer(),
        tracking("depot-capacity", "Counts parcels a depot")
            .runtime("python3.13", 512, 60)
            .on_schedule("depot-capacity-hourly")
            .setting("PARCELS_TABLE", "parcels")
            .environment_under(None)
            .keeps_logs(Some(14))
            .may(&["dynamodb:Query"], &["table/parcels/index/by-depot"])
            .may(&["cloudwatch:PutMetricData"], &["*"]),
        Service::new(US, &TRACKING, "tracking-edge", "Answers where a parcel is, in North America")
            .runtime("nodejs22.x", 512, 10)
            .behind_api("track-us", "GET/parcels/*")
            .setting("PARCELS_TABLE", "parcels-us")
            .may(&["dynamodb:GetItem"], &["table/parcels-us"]),
    ]
}

/// Story: from the internet to administrator in three steps. A public URL, a role that may rewrite any
/// function, and a function whose role may pass any role on.
fn webhook_in() -> Service {
    Service::new(EU, &TRACKING, "webhook-in", "Takes events from carriers")
        .runtime("nodejs22.x", 256, 10)
        .url(true, Some(Cors { allow_origins: vec!["*".to_owned()], allow_methods: vec!["*".to_owned()], allow_credentials: true }))
        .grant(
            Some("$LATEST"),
            "FunctionURLAllowPublicAccess",
            r#""*""#,
            "lambda:InvokeFunctionUrl",
            &when("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
        )
        .grant(
            Some("$LATEST"),
            "FunctionURLInvokeAllowPublicAccess",
            r#""*""#,
            "lambda:InvokeFunction",
            r#"{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#,
        )
        .setting("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/carrier-events")
        .environment_under(None)
        .unsigned()
        .unreleased()
        .deployed(2)
        .may(&["sqs:SendMessage"], &["carrier-events"])
        // Each carrier's secret has a name of its own, so it may read them all.
        .may(&["secretsmanager:GetSecretValue"], &["*"])
        .may(&["kms:Decrypt"], &["*"])
        // It was once to update itself when a carrier changed its format.
        .may(&["lambda:UpdateFunctionCode", "lambda:GetFunction"], &["*"])
}

/// Story: quarantined on the night of a leak in October; nobody took the quarantine off again.
fn carrier_dispatch() -> Service {
    let older = document(&[
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-10-02T03:21:40Z"}}}"#
            .to_owned(),
    ]);
    Service::new(EU, &TRACKING, "carrier-dispatch", "Hands parcels over to carriers")
        .mapping("arn:aws:sqs:eu-west-1:123456789012:carrier-handover", "Disabled")
        .may(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], &["carrier-handover"])
        .role(|role| role.inline("AWSRevokeOlderSessions", older).used(Some(52)))
        .tag("quarantined", "2026-10-02 inc-318")
        .deployed(88)
        .but(|function| function.reserved_concurrency = Fact::Known(Some(0)))
}

/// Story: any bucket of that name, in whatever account it is made next, may start it.
fn thumbnailer() -> Service {
    Service::new(EU, &TRACKING, "thumbnailer", "Makes small pictures of doorstep photos")
        .image(2048, 60)
        .permission("uploads", r#"{"Service":"s3.amazonaws.com"}"#, &when("ArnLike", "AWS:SourceArn", "arn:aws:s3:::larkspur-uploads"))
        .notified_by("larkspur-uploads")
        .log_group(|group| group.kms_key = None)
        .may(&["s3:GetObject"], &["larkspur-uploads/*"])
        .may(&["s3:PutObject"], &["larkspur-thumbnails/*"])
}
