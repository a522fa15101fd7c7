//! Organizations: the way from the root down to the account.

use palisade::model::{LevelKind, OrganizationLevel, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};

pub(super) static SERVICE: Service = Service {
    source: Source::Organizations,
    plant: include_str!("organizations.py"),
    facts: &[
        Planted {
            name: "the account belongs to an organization",
            holds: |posture| {
                let organization = posture.governance.organization.known().map_err(ToString::to_string)?.as_ref().ok_or("none")?;
                same((organization.id.starts_with("o-"), organization.feature_set.as_str()), (true, "ALL"))?;
                same(organization.management_account.len(), 12)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "the levels go from the root down to the account",
            holds: |posture| {
                let kinds: Vec<LevelKind> = chain(posture)?.iter().map(|level| level.kind).collect();
                same(kinds, vec![LevelKind::Root, LevelKind::OrganizationalUnit, LevelKind::Account])
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a unit forbids public URLs",
            holds: |posture| {
                let unit = chain(posture)?.iter().find(|level| level.kind == LevelKind::OrganizationalUnit).ok_or("no unit")?;
                let policies = unit.service_control.known().map_err(ToString::to_string)?;
                let guard = policies.iter().find(|policy| policy.name == "guard").ok_or("no policy")?;
                let document = guard.document.known().map_err(ToString::to_string)?;
                same((guard.aws_managed, document.as_str().contains("lambda:FunctionUrlAuthType")), (false, true))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "every level has the policy that allows everything",
            holds: |posture| {
                let has = |level: &OrganizationLevel| {
                    let policies = level.service_control.known().map_err(ToString::to_string)?;
                    Ok::<_, String>(policies.iter().any(|policy| policy.id == "p-FullAWSAccess" && policy.aws_managed))
                };
                same(chain(posture)?.iter().map(has).collect::<Result<Vec<bool>, _>>()?, vec![true; 3])
            },
            moto: Right,
            ministack: Wrong("a new unit gets no policy, where AWS attaches this one"),
        },
        Planted {
            name: "resource control policies come with what they say",
            holds: |posture| {
                let account = chain(posture)?.last().ok_or("no account")?;
                let policies = account.resource_control.known().map_err(ToString::to_string)?;
                let policy = policies.first().ok_or("no policy")?;
                same((policy.name.as_str(), policy.document.known().is_ok()), ("RCPFullAWSAccess", true))
            },
            moto: Right,
            ministack: Wrong("it has no resource control policy of AWS"),
        },
    ],
    moto: &[],
    ministack: &[],
};

fn chain(posture: &Posture) -> Result<&[OrganizationLevel], String> {
    posture.governance.organization_chain.known().map(Vec::as_slice).map_err(ToString::to_string)
}
