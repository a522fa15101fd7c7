//! State machines.

use palisade::{
    live,
    model::{GapKind, HiddenText, Posture, Source, StateMachine, StateMachineConfiguration},
};
use tokio_util::sync::CancellationToken;

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::{
    planted::REGION,
    stub::{Reply, Stub},
};

pub(super) static SERVICE: Service = Service {
    source: Source::States,
    plant: include_str!("states.py"),
    facts: &[
        Planted {
            name: "a state machine has its type and role",
            holds: |posture| {
                same(
                    (machine(posture, "checkout")?.machine_type.as_str(), configured(posture, "checkout")?.role.name()),
                    ("EXPRESS", "states"),
                )
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a state machine is active",
            holds: |posture| same(configured(posture, "checkout")?.status.as_deref(), Some("ACTIVE")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a state machine logs everything",
            holds: |posture| {
                let configuration = configured(posture, "checkout")?;
                let groups: Vec<&str> = configuration.log_groups.iter().map(|arn| arn.name()).collect();
                let said = (configuration.log_level.as_deref(), configuration.logs_execution_data, groups);
                same(said, (Some("ALL"), true, vec!["/aws/states/checkout"]))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a state machine is traced",
            holds: |posture| same(configured(posture, "checkout")?.tracing, true),
            moto: Right,
            ministack: Wrong("it drops tracingConfiguration"),
        },
        Planted {
            name: "a state machine is encrypted with a key",
            holds: |posture| {
                let configuration = configured(posture, "checkout")?;
                same((configuration.encryption.as_deref(), configuration.kms_key.is_some()), (Some("CUSTOMER_MANAGED_KMS_KEY"), true))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a state machine calls its functions",
            holds: |posture| {
                let functions = definition(posture, "checkout")?.functions.iter().map(|arn| arn.name());
                same(functions.collect::<Vec<_>>(), vec!["mail", "orders:live"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret in a definition is found",
            holds: |posture| {
                let secrets = definition(posture, "checkout")?.secrets.iter().map(|secret| secret.key.as_str());
                same(secrets.collect::<Vec<_>>(), vec!["db_password"])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a state machine neither logs nor traces",
            holds: |posture| {
                let configuration = configured(posture, "plain")?;
                let off = configuration.log_level.as_deref().is_none_or(|level| level == "OFF");
                same((off, configuration.tracing, configuration.kms_key.as_deref()), (true, false, None))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a definition without secrets has none",
            holds: |posture| same(definition(posture, "plain")?.secrets.len(), 0),
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &[],
    ministack: &[],
};

fn machine<'a>(posture: &'a Posture, name: &str) -> Result<&'a StateMachine, String> {
    let machines = &posture.regions[REGION].state_machines.items;
    machines.iter().find(|machine| machine.name == name).ok_or_else(|| format!("no state machine {name}"))
}

fn configured<'a>(posture: &'a Posture, name: &str) -> Result<&'a StateMachineConfiguration, String> {
    machine(posture, name)?.configuration.known().map_err(ToString::to_string)
}

fn definition<'a>(posture: &'a Posture, name: &str) -> Result<&'a HiddenText, String> {
    machine(posture, name)?.definition.known().map_err(ToString::to_string)
}

#[tokio::test]
async fn a_definition_that_kms_does_not_decrypt_is_a_gap_and_the_rest_is_known() {
    for (code, kind, action) in [
        ("KmsAccessDeniedException", GapKind::Denied, "kms:Decrypt"),
        ("KmsInvalidStateException", GapKind::Failed, "states:DescribeStateMachine"),
    ] {
        let stub = Stub::start(move |ask| {
            let encrypted = ask.operation == "DescribeStateMachine" && ask.text.contains("ALL_DATA");
            encrypted.then(|| Reply::error(400, code))
        });
        let session = live::connect(&stub.endpoint.options(REGION)).await.unwrap();
        let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
        let checkout = machine(&posture, "checkout").unwrap();
        assert!(checkout.configuration.known().unwrap().tracing, "{code}");
        let gap = checkout.definition.gap().unwrap();
        assert_eq!((gap.kind, gap.action.as_str()), (kind, action), "{code}");
    }
}
