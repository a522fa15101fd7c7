//! What stands above the account: an organization that has turned policies on, and written none.

use crate::model::{Arn, ControlPolicy, Fact, Learnt, LevelKind, Organization, OrganizationLevel, Part, Source, SourceRun};

use super::{ACCOUNT, PARTITION, policy::document, sources};

/// The holding's account.
const MANAGEMENT: &str = "111122223333";
const ID: &str = "o-lk7spur4pz";

pub(super) fn part() -> Part {
    let organization = Organization {
        id: ID.to_owned(),
        arn: Arn::build(PARTITION, "organizations", "", MANAGEMENT, &format!("organization/{ID}")),
        management_account: MANAGEMENT.to_owned(),
        feature_set: "ALL".to_owned(),
    };
    let full = || ControlPolicy {
        id: "p-FullAWSAccess".to_owned(),
        name: "FullAWSAccess".to_owned(),
        aws_managed: true,
        document: Fact::Known(document(&[r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#.to_owned()])),
    };
    let level = |id: &str, kind| OrganizationLevel {
        id: id.to_owned(),
        kind,
        service_control: Fact::Known(vec![full()]),
        resource_control: Fact::Known(Vec::new()),
    };
    let chain = vec![
        level("r-lk01", LevelKind::Root),
        level("ou-lk01-workload", LevelKind::OrganizationalUnit),
        level(ACCOUNT, LevelKind::Account),
    ];
    Part {
        run: sources::run(Source::Organizations, SourceRun::GLOBAL),
        learnt: vec![Learnt::Organization(Fact::Known(Some(organization))), Learnt::OrganizationChain(Fact::Known(chain))],
    }
}
