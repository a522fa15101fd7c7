//! What Lambda runs beside plain functions, and what it says of these in full: on the stub, for no emulator has it.

use std::{collections::BTreeMap, process::Command};

use palisade::{
    live,
    model::{Arn, EventInvokeConfig, Fact, Function, GapKind, Posture, Region, ScalingConfig},
    store,
};
use tokio_util::sync::CancellationToken;

use crate::{
    emulator::{Emulator, Kind, python},
    endpoint::REGION,
    stub::{ACCOUNT, Reply, Stub, function},
};

async fn collected(stub: &Stub) -> Posture {
    let session = live::connect(&stub.endpoint.options(REGION)).await.unwrap();
    live::gather(&session, &CancellationToken::new(), |_| ()).await
}

fn region(posture: &Posture) -> &Region {
    &posture.regions[REGION]
}

/// As it comes out of a snapshot again, and its text.
fn kept(posture: &Posture) -> (Posture, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.jsonl");
    store::save(posture, &path).unwrap();
    (store::load(&path).unwrap(), std::fs::read_to_string(&path).unwrap())
}

#[tokio::test]
async fn microvms_say_who_may_enter_and_what_they_stand_on() {
    let posture = collected(&Stub::start(|_| None)).await;
    let [microvm] = region(&posture).microvms.all().unwrap() else { panic!("one is alive") };
    assert_eq!((microvm.id.as_str(), microvm.arn.resource(), microvm.state.as_str()), ("microvm-1", "microvm:microvm-1", "RUNNING"));
    let details = microvm.details.known().unwrap();
    let ends = |arns: &[Arn]| arns.iter().map(|arn| arn.as_str().rsplit(':').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ends(&details.ingress), ["HTTP_INGRESS", "SHELL_INGRESS"]);
    assert_eq!(ends(&details.egress), ["INTERNET_EGRESS"]);
    assert_eq!(details.execution_role.as_ref().unwrap().name(), "worker");

    let [image] = region(&posture).microvm_images.all().unwrap() else { panic!("one image") };
    assert_eq!(image.latest_version.as_deref(), Some("2.0"));
    let standing: BTreeMap<&str, Option<&str>> = image
        .versions
        .iter()
        .map(|(number, version)| (number.as_str(), version.known().unwrap().base_status.known().unwrap().as_deref()))
        .collect();
    assert_eq!(standing, BTreeMap::from([("1.0", Some("DEPRECATED")), ("2.0", Some("AVAILABLE"))]), "the running one and the latest");
    let running = image.versions["1.0"].known().unwrap();
    assert_eq!((running.capabilities.as_slice(), running.logging_disabled), (["ALL".to_owned()].as_slice(), false));

    let (again, text) = kept(&posture);
    assert_eq!(region(&again), region(&posture));
    assert!(!text.contains("do-not-keep-me"));
}

#[tokio::test]
async fn what_a_base_is_worth_is_unknown_when_aws_does_not_say() {
    let denied = Stub::refusing(403, "AccessDeniedException", |action| action == "lambda:ListManagedMicrovmImageVersions");
    let posture = collected(&denied).await;
    let version = region(&posture).microvm_images.items[0].versions["1.0"].known().unwrap();
    assert_eq!(version.base_status.gap().unwrap().kind, GapKind::Denied);

    let silent = Stub::start(|ask| (ask.operation == "ListManagedMicrovmImageVersions").then(|| Reply::ok(r#"{"items":[]}"#)));
    let posture = collected(&silent).await;
    let version = region(&posture).microvm_images.items[0].versions["1.0"].known().unwrap();
    assert_eq!(version.base_status, Fact::Known(None));
}

#[tokio::test]
async fn endpoints_of_web_functions_say_who_may_ask() {
    let posture = collected(&Stub::start(|_| None)).await;
    let [shop] = region(&posture).web_functions.all().unwrap() else { panic!("one web function") };
    assert!(shop.policy.known().unwrap().as_ref().unwrap().as_str().contains("InvokeWebFunctionEndpoint"));
    let [open, split] = shop.endpoints.known().unwrap().as_slice() else { panic!("two endpoints") };
    assert_eq!((open.settings.auth.as_str(), open.settings.rate_limit), ("ApplicationManaged", None));
    assert_eq!(open.regional, Fact::Known(BTreeMap::new()));
    assert_eq!((split.settings.auth.as_str(), split.settings.rate_limit, split.settings.max_environments), ("IamAuth", Some(100), Some(5)));
    assert_eq!(split.regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(split.regional.known().unwrap()["us-east-1"].auth, "ApplicationManaged", "open in one Region alone");
    assert_eq!(region(&kept(&posture).0), region(&posture));
}

#[tokio::test]
async fn a_web_function_without_a_policy_has_none() {
    let stub = Stub::start(|ask| (ask.operation == "GetResourcePolicy").then(|| Reply::error(404, "ResourceNotFoundException")));
    assert_eq!(region(&collected(&stub).await).web_functions.items[0].policy, Fact::Known(None));
}

/// Makes an image and starts a MicroVM of it; the arguments are endpoint, Region and account.
const PLANT: &str = r#"
import boto3, sys
url, region, account = sys.argv[1:]
client = boto3.client("lambda-microvms", endpoint_url=url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test")
image = client.create_microvm_image(name="sandbox", baseImageArn=f"arn:aws:lambda:{region}:aws:microvm-image:al2023-1", baseImageVersion="1",
    buildRoleArn=f"arn:aws:iam::{account}:role/builder", codeArtifact={"uri": "s3://box/code.zip"}, logging={"disabled": {}})
shell = f"arn:aws:lambda:{region}:aws:network-connector:aws-network-connector:SHELL_INGRESS"
for _ in range(2):
    last = client.run_microvm(imageIdentifier=image["imageArn"], ingressNetworkConnectors=[shell])
client.terminate_microvm(microvmIdentifier=last["microvmId"])
"#;

#[tokio::test]
async fn microvms_that_ministack_runs_come_through() {
    let emulator = Emulator::start(Kind::Ministack);
    let arguments = [emulator.endpoint.url(), REGION, Kind::Ministack.account()];
    let planted = Command::new(python()).args(["-c", PLANT]).args(arguments).output().unwrap();
    assert!(planted.status.success(), "{}", String::from_utf8_lossy(&planted.stderr));
    let session = live::connect(&emulator.endpoint.options(REGION)).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    let [microvm] = region(&posture).microvms.all().unwrap() else { panic!("the other one is gone") };
    assert_eq!(microvm.state, "RUNNING");
    assert!(microvm.details.known().unwrap().ingress[0].as_str().ends_with(":SHELL_INGRESS"));
    let image = &region(&posture).microvm_images.all().unwrap()[0];
    assert_eq!((&image.arn, image.name.as_str()), (&microvm.image, "sandbox"));
    let version = image.versions[&microvm.image_version].known().unwrap();
    assert_eq!((version.status.as_str(), version.base_version.as_deref(), version.logging_disabled), ("ACTIVE", Some("1"), true));
    // It does not know AWS's own images.
    assert!(version.base_status.gap().is_some());
}

/// A function with everything, as the API writes it.
fn with_everything(answer: &str) -> String {
    let mut function: serde_json::Value = serde_json::from_str(answer).unwrap();
    let layer = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:4");
    let more = serde_json::json!({
        "ConfigSha256": "c2hh",
        "SigningProfileVersionArn": "arn:aws:signer:eu-west-1:1:/signing-profiles/p/1",
        "Layers": [{ "Arn": layer, "SigningProfileVersionArn": "arn:aws:signer:eu-west-1:1:/signing-profiles/l/1" }, { "Arn": "x" }],
        "FileSystemConfigs": [{ "Arn": "arn:aws:elasticfilesystem:eu-west-1:1:access-point/fsap-1", "LocalMountPath": "/mnt/data" }],
        "SnapStart": { "ApplyOn": "PublishedVersions" },
        "TenancyConfig": { "TenantIsolationMode": "PER_TENANT" },
        "DurableConfig": { "RetentionPeriodInDays": 14, "ExecutionTimeout": 900 },
        "CapacityProviderConfig": { "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": "arn:aws:lambda:eu-west-1:1:capacity-provider:fleet" } },
        "RuntimeVersionConfig": { "RuntimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:abc" },
    });
    function.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    function.to_string()
}

#[tokio::test]
async fn everything_that_lambda_says_of_a_function_is_kept_but_the_way_to_its_code() {
    let stub = Stub::start(|ask| {
        Some(Reply::ok(match ask.operation.as_str() {
            "ListFunctions" => format!(r#"{{"Functions":[{}]}}"#, with_everything(&function("orders"))),
            "GetFunction" => format!(
                r#"{{"Configuration":{},"Code":{{"RepositoryType":"S3","Location":"https://box/?X-Amz-Signature=do-not-keep-me",
                "SourceKMSKeyArn":"arn:aws:kms:eu-west-1:1:key/k"}}}}"#,
                with_everything(&function("orders"))
            ),
            "ListFunctionEventInvokeConfigs" => {
                let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders");
                format!(
                    r#"{{"FunctionEventInvokeConfigs":[{{"FunctionArn":"{arn}:live","MaximumRetryAttempts":0}},{{"FunctionArn":"{arn}:$LATEST",
                    "MaximumEventAgeInSeconds":60,"DestinationConfig":{{"OnSuccess":{{}},"OnFailure":{{"Destination":"arn:aws:sqs:eu-west-1:1:dead"}}}}}}]}}"#
                )
            }
            "ListCapacityProviders" => {
                r#"{"CapacityProviders":[{"CapacityProviderArn":"arn:aws:lambda:eu-west-1:1:capacity-provider:fleet",
                "State":"Active","VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]},
                "PermissionsConfig":{"CapacityProviderOperatorRoleArn":"arn:aws:iam::1:role/operator"},
                "CapacityProviderScalingConfig":{"MaxVCpuCount":400}}]}"#
                    .to_owned()
            }
            "ListEventSourceMappings" => format!(
                r#"{{"EventSourceMappings":[{{"UUID":"u","FunctionArn":"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders","State":"Enabled",
                "EventSourceArn":"arn:aws:kinesis:eu-west-1:1:stream/s","BisectBatchOnFunctionError":true,"MaximumRetryAttempts":-1,
                "MaximumRecordAgeInSeconds":3600,"FilterCriteria":{{"Filters":[{{"Pattern":"do-not-keep-me"}}]}}}}]}}"#
            ),
            _ => return None,
        }))
    });
    let posture = collected(&stub).await;
    let orders = &region(&posture).functions.items[0];
    assert_eq!(orders.config_sha256.as_deref(), Some("c2hh"));
    assert_eq!(orders.signer.as_ref().unwrap().resource(), "/signing-profiles/p/1");
    assert_eq!((orders.layers.len(), orders.layer_signers.len()), (2, 1));
    assert_eq!(orders.layer_signers[&orders.layers[0]].resource(), "/signing-profiles/l/1");
    assert_eq!(orders.file_systems[0].mount_path, "/mnt/data");
    assert!(orders.snap_start);
    assert_eq!(orders.tenant_isolation.as_deref(), Some("PER_TENANT"));
    assert_eq!(orders.durable.as_ref().unwrap().retention_days, Some(14));
    assert_eq!(orders.scaling, Fact::Known(Some(ScalingConfig { min_environments: Some(2), max_environments: Some(40) })));
    assert_eq!(orders.runtime_version.known().unwrap().as_deref(), Some("arn:aws:lambda:eu-west-1::runtime:abc"));
    let code = orders.code.known().unwrap();
    assert_eq!((code.repository.as_deref(), code.source_kms_key.as_ref().unwrap().name()), (Some("S3"), "k"));
    let dead = EventInvokeConfig {
        qualifier: Function::UNQUALIFIED.to_owned(),
        on_success: None,
        on_failure: Some(Arn::from("arn:aws:sqs:eu-west-1:1:dead")),
        retry_attempts: None,
        event_age_seconds: Some(60),
    };
    let live = EventInvokeConfig {
        qualifier: "live".to_owned(),
        on_failure: None,
        retry_attempts: Some(0),
        event_age_seconds: None,
        ..dead.clone()
    };
    assert_eq!(orders.event_invoke, Fact::Known(vec![dead, live]));

    let provider = &region(&posture).capacity_providers.all().unwrap()[0];
    assert_eq!(Some(&provider.arn), orders.capacity_provider.as_ref());
    assert_eq!((provider.max_vcpus, provider.operator_role.as_ref().unwrap().name()), (Some(400), "operator"));
    let mapping = &region(&posture).event_source_mappings.all().unwrap()[0];
    assert_eq!((mapping.bisects_batches, mapping.retry_attempts, mapping.record_age_seconds), (Some(true), Some(-1), Some(3600)));
    assert_eq!(mapping.filters, 1);

    let (again, text) = kept(&posture);
    assert_eq!(region(&again), region(&posture));
    assert!(!text.contains("do-not-keep-me") && !format!("{posture:?}").contains("do-not-keep-me"));
}

#[tokio::test]
async fn what_get_function_leaves_out_or_cannot_tell_is_a_gap() {
    let stub = Stub::start(|ask| {
        let mut function: serde_json::Value = serde_json::from_str(&function("orders")).unwrap();
        function["RuntimeVersionConfig"] = serde_json::json!({ "Error": { "ErrorCode": "InternalFailure", "Message": "no" } });
        (ask.operation == "GetFunction").then(|| Reply::ok(format!(r#"{{"Configuration":{function}}}"#)))
    });
    let posture = collected(&stub).await;
    let orders = &region(&posture).functions.items[0];
    assert_eq!(orders.runtime_version.gap().unwrap().kind, GapKind::Failed);
    assert_eq!(orders.code.gap().unwrap().kind, GapKind::Unsupported);
}
