//! A change in an account that is watched: from the rule over the queue to the posture, in emulators of AWS.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use palisade::{
    collect::{self, Errand, Wanted},
    live,
    model::{Arn, Posture, Timestamp},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    emulator::{Emulator, Kind},
    planted::REGION,
    services::run,
};

/// Two functions, and what the README's template makes.
const SETUP: &str = r#"
import io, zipfile
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as file:
    file.writestr("main.py", "def handler(event, context): pass")
role = client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
for name in ["orders", "mail"]:
    client("lambda").create_function(FunctionName=name, Runtime="python3.13", Role=role, Handler="main.handler", Timeout=3,
        Code={"ZipFile": package.getvalue()})
stacks = client("cloudformation")
stacks.create_stack(StackName="palisade-changes", TemplateBody=TEMPLATE)
stacks.get_waiter("stack_create_complete").wait(StackName="palisade-changes", WaiterConfig={"Delay": 1})
outputs = stacks.describe_stacks(StackName="palisade-changes")["Stacks"][0]["Outputs"]
print(next(output["OutputValue"] for output in outputs if output["OutputKey"] == "QueueUrl"))
"#;

/// Somebody changes a function, and CloudTrail says so. Nobody but AWS may put events of AWS on a bus, so these come from
/// elsewhere, which the rule does not ask about.
const CHANGE: &str = r#"
client("lambda").update_function_configuration(FunctionName="orders", Timeout=77)
detail = {"eventVersion": "1.11", "eventSource": "lambda.amazonaws.com", "eventName": "UpdateFunctionConfiguration20150331v2",
    "awsRegion": REGION, "readOnly": False, "requestParameters": {"functionName": "orders", "timeout": 77}}
for said in [dict(detail, eventName="GetFunction20150331v2", readOnly=True), detail]:
    deliver(said)
"#;

/// Over the bus and its rule.
const BY_RULE: &str = r#"
def deliver(detail):
    answer = client("events").put_events(Entries=[{"Source": "palisade.tests", "DetailType": "AWS API Call via CloudTrail",
        "Detail": json.dumps(detail)}])
    assert answer["FailedEntryCount"] == 0, answer
"#;

/// Straight to the queue, as EventBridge writes it: moto fails with a 500 where a rule of CloudFormation's is to match.
const BY_HAND: &str = r#"
def deliver(detail):
    sqs = client("sqs")
    event = {"version": "0", "id": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.lambda", "account": ACCOUNT,
        "time": "2026-11-23T12:00:00Z", "region": REGION, "resources": [], "detail": detail}
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="palisade-changes")["QueueUrl"], MessageBody=json.dumps(event))
"#;

const LEFT: &str = r#"
url = client("sqs").get_queue_url(QueueName="palisade-changes")["QueueUrl"]
names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
print(sum(int(count) for count in client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))
"#;

/// The template of the README, as a reader would copy it.
fn template() -> &'static str {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("<!-- events -->\n```yaml\n").unwrap();
    rest.split_once("```").unwrap().0
}

fn timeout(posture: &Posture, name: &str) -> u32 {
    let functions = &posture.regions[REGION].functions.items;
    functions.iter().find(|function| function.name == name).unwrap().timeout_seconds
}

async fn a_change_is_read_within_seconds(kind: Kind) {
    let emulator = Emulator::start(kind);
    let (url, _) = run(&emulator, &format!("TEMPLATE = r'''{}'''\n{SETUP}", template()));
    let session = live::connect(&emulator.endpoint.options(REGION)).await.unwrap();
    let mut posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    assert_eq!((timeout(&posture, "orders"), timeout(&posture, "mail")), (3, 3));

    let ((change, mut changes), (say, mut trouble)) = (mpsc::channel(16), mpsc::channel(4));
    let listening = tokio::spawn(live::listen(session.clone(), url.trim().to_owned(), change, say));
    let deliver = match kind {
        Kind::Moto => BY_HAND,
        Kind::Ministack => BY_RULE,
    };
    run(&emulator, &format!("{deliver}{CHANGE}"));
    let changed = Instant::now();
    let wanted = tokio::select! {
        wanted = changes.recv() => wanted.unwrap(),
        said = trouble.recv() => panic!("{said:?}"),
    };
    let orders = Arn::build("aws", "lambda", REGION, kind.account(), "function:orders");
    assert_eq!(wanted, Wanted::Functions(vec![orders]));

    let errand = Errand::everything(0, Timestamp::EPOCH).only(wanted).since(Arc::new(posture.clone()), Duration::from_secs(3600));
    let (sender, mut parts) = mpsc::channel::<collect::Event>(live::CHANNEL);
    let cancel = CancellationToken::new();
    let absorb = async {
        while let Some(event) = parts.recv().await {
            posture.absorb(event.part);
        }
    };
    tokio::join!(live::collect(&session, errand, sender, &cancel), absorb);
    assert_eq!((timeout(&posture, "orders"), timeout(&posture, "mail")), (77, 3));
    assert!(changed.elapsed() < Duration::from_secs(10), "{:?}", changed.elapsed());

    // Its end is that nobody hears it any more; what it took is off the queue by then.
    drop(changes);
    listening.await.unwrap();
    assert_eq!(run(&emulator, LEFT).0.trim(), "0");
}

#[tokio::test]
async fn a_change_in_moto_is_read_within_seconds() {
    a_change_is_read_within_seconds(Kind::Moto).await;
}

#[tokio::test]
async fn a_change_in_ministack_is_read_within_seconds() {
    a_change_is_read_within_seconds(Kind::Ministack).await;
}
