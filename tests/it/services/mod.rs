//! Every service beside Lambda, IAM, KMS and Logs: what boto3 plants in an emulator, and which facts come back.
//!
//! A service is a file here and a script beside it. Its table says of each fact which emulator shows it wrong, so that
//! neither a silent error of an emulator nor one of ours counts as proof; the stub shows them all.

mod access_analyzer;
mod api_gateway;
mod appsync;
mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod config;
mod contacts;
mod dynamodb;
mod ecr;
mod efs;
mod events;
mod guardduty;
mod identity_pools;
mod inspector;
mod kinesis;
mod logs;
mod models;
mod organizations;
mod pipes;
mod s3;
mod scheduler;
mod secretsmanager;
mod security_hub;
mod sns;
mod sqs;
mod ssm;
mod ssm_incidents;
mod states;
mod tagging;
mod user_pools;
mod xray;

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use palisade::{
    live,
    model::{Posture, Source},
    store,
};
use tokio_util::sync::CancellationToken;

use crate::{
    emulator::{Emulator, Kind, python},
    planted::REGION,
    stub::Stub,
};

/// One service.
pub(crate) struct Service {
    pub(crate) source: Source,
    /// Python that plants it, with `client(name)`, `REGION` and `ACCOUNT` at hand. What raises is left out.
    plant: &'static str,
    pub(crate) facts: &'static [Planted],
    /// `kind action` of what cannot be read in moto.
    moto: &'static [&'static str],
    /// And in ministack.
    ministack: &'static [&'static str],
}

/// A fact that was planted.
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    /// Whether it came through: an error says what is there instead.
    pub(crate) holds: fn(&Posture) -> Result<(), String>,
    moto: Shown,
    ministack: Shown,
}

/// How an emulator shows a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Right,
    /// It does not have it, or has it wrong: in what way.
    #[allow(dead_code, reason = "who reads the table wants to know; a test does not")]
    Wrong(&'static str),
}

pub(crate) const ALL: &[&Service] = &[
    &sqs::SERVICE, //
    &events::SERVICE,
    &scheduler::SERVICE,
    &pipes::SERVICE,
    &sns::SERVICE,
    &kinesis::SERVICE,
    &states::SERVICE,
    &dynamodb::SERVICE,
    &s3::SERVICE,
    &secretsmanager::SERVICE,
    &ssm::SERVICE,
    &efs::SERVICE,
    &ecr::SERVICE,
    &cloudtrail::SERVICE,
    &cloudwatch::SERVICE,
    &logs::SERVICE,
    &xray::SERVICE,
    &access_analyzer::SERVICE,
    &cloudformation::SERVICE,
    &config::SERVICE,
    &contacts::SERVICE,
    &guardduty::SERVICE,
    &inspector::SERVICE,
    &organizations::SERVICE,
    &security_hub::SERVICE,
    &ssm_incidents::SERVICE,
    &api_gateway::SERVICE,
    &appsync::SERVICE,
    &user_pools::SERVICE,
    &identity_pools::SERVICE,
    &tagging::SERVICE,
];

/// A fact by what is expected and what is there.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(is: T, wanted: T) -> Result<(), String> {
    if is == wanted { Ok(()) } else { Err(format!("{is:?} where {wanted:?} was planted")) }
}

/// What every script begins with.
const PRELUDE: &str = r#"
import boto3, io, json, sys, traceback
from botocore.config import Config
URL, REGION, ACCOUNT = sys.argv[1:4]
def client(name, **more):
    return boto3.client(name, endpoint_url=URL, region_name=more.pop("region", REGION), aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"max_attempts": 1}, inject_host_prefix=False), **more)
def attempt(call, **arguments):
    try:
        return call(**arguments)
    except Exception as error:
        print(f"{error}", file=sys.stderr)
"#;

/// Plants all services in `emulator`.
fn plant(emulator: &Emulator) -> String {
    let mut script = String::new();
    for service in ALL {
        let name = service.source.word().replace('-', "_");
        let body = service.plant.lines().map(|line| format!("    {line}\n")).collect::<String>();
        script += &format!("def plant_{name}():\n{body}\ntry:\n    plant_{name}()\nexcept Exception:\n    traceback.print_exc()\n");
    }
    run(emulator, &script).1
}

/// Runs `script` after the prelude; gives what it said on standard output and standard error.
pub(crate) fn run(emulator: &Emulator, script: &str) -> (String, String) {
    let mut python = Command::new(python())
        .args(["-", emulator.endpoint.url(), REGION, emulator.kind.account()])
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(format!("{PRELUDE}\n{script}").as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", said(&output.stderr));
    (said(&output.stdout), said(&output.stderr))
}

async fn everything_planted_is_collected(kind: Kind) {
    let emulator = Emulator::start(kind);
    let refused = plant(&emulator);
    let session = live::connect(&emulator.endpoint.options(REGION)).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    let mut wrong = Vec::new();
    for service in ALL {
        for fact in service.facts {
            let shown = match kind {
                Kind::Moto => fact.moto,
                Kind::Ministack => fact.ministack,
            };
            match ((fact.holds)(&posture), shown) {
                (Err(is), Shown::Right) => wrong.push(format!("{}: {}: {is}", service.source, fact.name)),
                (Ok(()), Shown::Wrong(_)) => wrong.push(format!("{}: {}: is right by now", service.source, fact.name)),
                _ => {}
            }
        }
        let gaps = posture.sources.iter().filter(|run| run.source == service.source).flat_map(|run| &run.gaps);
        let gaps: BTreeSet<String> = gaps.map(|gap| format!("{} {}", gap.kind, gap.action)).collect();
        let known = match kind {
            Kind::Moto => service.moto,
            Kind::Ministack => service.ministack,
        };
        let known: BTreeSet<String> = known.iter().map(|&gap| gap.to_owned()).collect();
        if gaps != known {
            let said: Vec<String> = posture
                .sources
                .iter()
                .filter(|run| run.source == service.source)
                .flat_map(|run| &run.gaps)
                .map(ToString::to_string)
                .collect();
            wrong.push(format!("{}: gaps {gaps:?} where the table says {known:?}: {said:#?}", service.source));
        }
    }
    assert!(wrong.is_empty(), "{}\n\n{kind:?} refused:\n{refused}", wrong.join("\n"));
}

#[tokio::test]
async fn everything_planted_in_moto_is_collected() {
    everything_planted_is_collected(Kind::Moto).await;
}

#[tokio::test]
async fn everything_planted_in_ministack_is_collected() {
    everything_planted_is_collected(Kind::Ministack).await;
}

/// The same facts, over AWS's protocols as they are documented.
#[tokio::test]
async fn everything_planted_in_the_stub_is_collected() {
    let stub = Stub::start(|_| None);
    let session = live::connect(&stub.endpoint.options(REGION)).await.unwrap();
    let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
    let facts = ALL.iter().flat_map(|service| service.facts.iter().map(move |fact| (service, fact)));
    let wrong: Vec<String> =
        facts.filter_map(|(service, fact)| Some(format!("{}: {}: {}", service.source, fact.name, (fact.holds)(&posture).err()?))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // And through a snapshot, whose records have names of their own beside those of the facts.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.jsonl");
    store::save(&posture, &path).unwrap();
    assert_eq!(store::load(&path).unwrap(), posture);
}
