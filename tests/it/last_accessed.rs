//! When roles last used what they may use: asked only on request, and waited for.

use palisade::{
    live,
    model::{Gap, GapKind, Posture, Role},
};
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::REGION,
    stub::{Ask, Reply, Stub, details},
};

const START: &str = "iam:GenerateServiceLastAccessedDetails";
const GET: &str = "iam:GetServiceLastAccessedDetails";

fn answer(ask: &Ask) -> Option<Reply> {
    let result = |name: &str, inner: &str| format!("<{name}Response><{name}Result>{inner}</{name}Result></{name}Response>");
    let service =
        |name: &str, more: &str| format!("<member><ServiceName>x</ServiceName><ServiceNamespace>{name}</ServiceNamespace>{more}</member>");
    let job = |status: &str, services: &str, more: &str| {
        let inner = format!(
            "<JobStatus>{status}</JobStatus><JobCreationDate>2026-11-01T00:00:00Z</JobCreationDate>\
             <ServicesLastAccessed>{services}</ServicesLastAccessed>{more}"
        );
        result("GetServiceLastAccessedDetails", &inner)
    };
    Some(Reply::ok(match (ask.action.as_str(), ask.before) {
        // The first role is one of functions, by its trust policy.
        ("iam:GetAccountAuthorizationDetails", _) => {
            let own = details("worker", None).replace("%5B%5D", "%5B%22lambda.amazonaws.com%22%5D");
            let other = details("other", None);
            let other = other.split_once("<RoleDetailList>")?.1.split_once("</RoleDetailList>")?.0.to_owned();
            own.replace("</RoleDetailList>", &format!("{other}</RoleDetailList>"))
        }
        (GET, 0) => job("IN_PROGRESS", "", ""),
        (GET, 1) => {
            let used = service("dynamodb", "<LastAuthenticated>2026-11-20T00:00:00Z</LastAuthenticated>");
            job("COMPLETED", &used, "<IsTruncated>true</IsTruncated><Marker>two</Marker>")
        }
        (GET, _) => job("COMPLETED", &service("s3", ""), "<IsTruncated>false</IsTruncated>"),
        _ => return None,
    }))
}

async fn collected(stub: &Stub, wanted: bool) -> Posture {
    let mut options = stub.endpoint.options(REGION);
    options.last_accessed = wanted;
    let session = live::connect(&options).await.unwrap();
    live::gather(&session, &CancellationToken::new(), |_| ()).await
}

fn role<'a>(posture: &'a Posture, name: &str) -> &'a Role {
    posture.identity.roles.items.iter().find(|role| role.name == name).unwrap()
}

#[tokio::test]
async fn on_request_a_job_is_waited_for_and_read_to_its_last_page() {
    let stub = Stub::start(answer);
    let posture = collected(&stub, true).await;
    let used: Vec<(&str, bool)> = role(&posture, "worker")
        .services_used
        .known()
        .unwrap()
        .iter()
        .map(|service| (service.service.as_str(), service.last_used.is_some()))
        .collect();
    assert_eq!(used, [("dynamodb", true), ("s3", false)]);
    // No function can take on the other.
    assert_eq!(role(&posture, "other").services_used, Role::unasked());
    assert_eq!((stub.asked(START), stub.asked(GET)), (1, 3));
}

#[tokio::test]
async fn nothing_is_started_unasked() {
    let stub = Stub::start(answer);
    let posture = collected(&stub, false).await;
    assert_eq!(role(&posture, "worker").services_used, Role::unasked());
    assert_eq!(stub.asked(START) + stub.asked(GET), 0);
}

#[tokio::test]
async fn what_is_refused_or_fails_is_a_gap() {
    let failed = "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult><JobStatus>FAILED</JobStatus>\
                  </GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>";
    for (action, reply, kind) in [
        (START, Reply::error(403, "AccessDenied"), GapKind::Denied),
        (GET, Reply::error(403, "AccessDenied"), GapKind::Denied),
        (GET, Reply::ok(failed), GapKind::Failed),
        (START, Reply::ok("<GenerateServiceLastAccessedDetailsResponse/>"), GapKind::Failed),
    ] {
        let stub = Stub::start(move |ask| if ask.action == action { Some(reply.clone()) } else { answer(ask) });
        let posture = collected(&stub, true).await;
        let Gap { kind: is, action: of, .. } = role(&posture, "worker").services_used.gap().unwrap();
        assert_eq!((*is, of.as_str()), (kind, action));
    }
}
