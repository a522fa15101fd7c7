//! What an organization has to say: the policies that bear on an account from above, and what membership means.

use std::sync::Arc;

use super::{Document, Library, Named, Value};
use crate::model::{ControlPolicy, Fact, Gap, LevelKind, Organization, OrganizationLevel, Posture};

/// The policies of the organization above an account, and what requests say of it.
#[derive(Debug, Default)]
pub(super) struct Controls {
    /// Service control policies, from the root down; levels without any are left out.
    pub(super) scp: Vec<Vec<Named>>,
    /// Resource control policies.
    pub(super) rcp: Vec<Vec<Named>>,
    /// Why there may be more: these policies only take away, so without them allowed is allowed at most.
    pub(super) unread: Option<Gap>,
    /// The values of `aws:PrincipalOrgID` and `aws:PrincipalOrgPaths` for the account's own; none when not known.
    pub(super) membership: Option<(Value, Option<Value>)>,
}

impl Controls {
    /// Those above the account of `posture`.
    pub(super) fn new(posture: &Posture, library: &Library) -> Self {
        let governance = &posture.governance;
        let mut controls = Self::default();
        let organization = match &governance.organization {
            Fact::Known(Some(organization)) => organization,
            Fact::Known(None) => {
                controls.membership = Some((Value::Absent, Some(Value::Absent)));
                return controls;
            }
            Fact::Gap(gap) => {
                controls.unread = Some((**gap).clone());
                return controls;
            }
        };
        let levels = governance.organization_chain.known();
        let paths = levels.ok().and_then(|levels| path(organization, levels)).map(|path| Value::Many(vec![path]));
        controls.membership = Some((Value::One(organization.id.clone()), paths));
        // On the management account no policy bears, and only with all features are there any.
        if organization.management_account == posture.account || organization.feature_set != "ALL" {
            return controls;
        }
        match levels {
            Ok(levels) => levels.iter().for_each(|level| controls.add(level, library)),
            Err(gap) => controls.unread = Some(gap.clone()),
        }
        controls
    }

    fn add(&mut self, level: &OrganizationLevel, library: &Library) {
        let scp = self.read(&level.service_control, library, "service control policy");
        self.scp.extend((!scp.is_empty()).then_some(scp));
        let rcp = self.read(&level.resource_control, library, "resource control policy");
        self.rcp.extend((!rcp.is_empty()).then_some(rcp));
    }

    fn read(&mut self, policies: &Fact<Vec<ControlPolicy>>, library: &Library, kind: &str) -> Vec<Named> {
        let policies = match policies.known() {
            Ok(policies) => policies,
            Err(gap) => {
                self.unread.get_or_insert_with(|| gap.clone());
                return Vec::new();
            }
        };
        let mut named = Vec::new();
        let mut whole = true;
        for policy in policies {
            match policy.document.known().map_err(Gap::from).and_then(|text| library.shared(text)) {
                Ok(document) => named.push(Named::new(format!("{kind} {}", policy.name), Arc::clone(document))),
                Err(gap) => {
                    whole = false;
                    self.unread.get_or_insert(gap);
                }
            }
        }
        // What could not be read may allow everything, and what could be read denies all the same.
        if !whole {
            named.extend(everything().map(|document| Named::new(format!("{kind} that was not read"), document)));
        }
        named
    }
}

/// A policy that allows everything, in place of one that cannot be known.
pub(super) fn everything() -> Option<Document> {
    Document::parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}"#).ok()
}

/// The account's place, as `aws:PrincipalOrgPaths` writes it: `o-1/r-1/ou-1/`.
fn path(organization: &Organization, levels: &[OrganizationLevel]) -> Option<String> {
    levels.first().filter(|level| level.kind == LevelKind::Root)?;
    let above = levels.iter().filter(|level| level.kind != LevelKind::Account);
    Some(above.fold(format!("{}/", organization.id), |path, level| path + &level.id + "/"))
}
