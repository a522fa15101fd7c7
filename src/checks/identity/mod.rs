//! Layer 2: every function has the least permission it needs and explicit trust.

use super::{Check, glance, held};

mod administrator_role;
mod allow_by_exception;
mod api_key_only;
mod api_method_open;
mod api_route_open;
mod api_side_door;
mod api_unthrottled;
mod api_without_firewall;
mod authorizer_weak;
mod broad_managed_policy;
mod ci_trust_too_wide;
mod cross_account_trust_unbound;
mod decrypt_with_any_key;
mod escalation;
mod event_source_open;
mod execution_role_trusts_others;
mod feeding;
mod front_door_for_guests;
mod names;
mod no_guardrail;
mod pass_role_unrestricted;
mod privileged_function_rewritable;
mod role_assumable_by_anyone;
mod role_broken;
mod role_can_escalate;
mod role_shared;
mod sensitive_data_unbounded;
mod service_wide_wildcard;
mod trust;
mod unused_permissions;

/// The checks, by id.
pub(super) static CHECKS: &[&Check] = &[
    &administrator_role::CHECK,
    &role_can_escalate::CHECK,
    &service_wide_wildcard::CHECK,
    &sensitive_data_unbounded::CHECK,
    &decrypt_with_any_key::CHECK,
    &role_shared::CHECK,
    &unused_permissions::CHECK,
    &role_assumable_by_anyone::CHECK,
    &execution_role_trusts_others::CHECK,
    &cross_account_trust_unbound::CHECK,
    &ci_trust_too_wide::CHECK,
    &pass_role_unrestricted::CHECK,
    &privileged_function_rewritable::CHECK,
    &role_broken::CHECK,
    &allow_by_exception::CHECK,
    &broad_managed_policy::CHECK,
    &api_method_open::CHECK,
    &api_route_open::CHECK,
    &api_key_only::CHECK,
    &authorizer_weak::CHECK,
    &api_unthrottled::CHECK,
    &api_without_firewall::CHECK,
    &api_side_door::CHECK,
    &front_door_for_guests::CHECK,
    &event_source_open::CHECK,
    &no_guardrail::CHECK,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CHECKS;
    use crate::{
        checks::{Check, Context, Ruling, Settings},
        model::{Arn, ControlPolicy, Fact, LevelKind, Organization, OrganizationLevel, PolicyText, Posture, Source},
    };

    /// The demo account in an organization that refuses everything.
    fn refused() -> Posture {
        let mut posture = crate::demo::posture();
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let document = Fact::Known(PolicyText::from(text));
        let policy = ControlPolicy { id: "p-1".to_owned(), name: "nothing".to_owned(), aws_managed: false, document };
        posture.governance.organization = Fact::Known(Some(Organization {
            id: "o-a1b2c3d4e5".to_owned(),
            arn: Arn::from("arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5"),
            management_account: "999999999999".to_owned(),
            feature_set: "ALL".to_owned(),
        }));
        posture.governance.organization_chain = Fact::Known(vec![OrganizationLevel {
            id: "r-1".to_owned(),
            kind: LevelKind::Root,
            service_control: Fact::Known(vec![policy]),
            resource_control: Fact::Known(Vec::new()),
        }]);
        posture
    }

    fn fails(check: &Check, context: &Context<'_>) -> BTreeSet<Arn> {
        let verdicts = (check.run)(context).into_iter();
        verdicts.filter(|verdict| matches!(verdict.ruling, Ruling::Fail(_))).map(|verdict| verdict.resource).collect()
    }

    #[test]
    fn what_an_organization_refuses_is_judged_again_when_that_is_read() {
        let (demo, refused, settings) = (crate::demo::posture(), refused(), Settings::default());
        let (demo, refused) = (Context::new(&demo, &settings), Context::new(&refused, &settings));
        let bound: Vec<&&Check> = CHECKS.iter().filter(|check| fails(check, &demo) != fails(check, &refused)).collect();
        assert!(bound.len() > 5, "{} checks ask what the organization refuses", bound.len());
        for check in bound {
            assert!(check.reads.contains(&Source::Organizations), "{} would stay as it was", check.id);
        }
    }
}
