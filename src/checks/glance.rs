//! A glance at policies before the engine decides: it may say yes in vain, and never says no in vain.
//!
//! Most roles hold nothing that a check asks about. With ten thousand of them, finding that out by full decisions
//! takes longer than everything else.

use crate::{
    checks::Context,
    iam::{Document, Holder, Statement},
    model::{Arn, Policies, PolicyText, User},
};

/// Whether some Allow statement in `policies` fits `wanted`, or some policy cannot be read.
pub(super) fn some_allow(context: &Context<'_>, policies: &Policies, wanted: impl Fn(&Statement) -> bool) -> bool {
    let fits = |document: &Document| document.statements.iter().any(|statement| statement.is_allow() && wanted(statement));
    let inline = |text: &PolicyText| context.library.document(text).map_or(true, &fits);
    let attached = |arn: &Arn| {
        let text = context.posture.policy(arn).and_then(|policy| policy.document.known().ok());
        text.is_none_or(inline)
    };
    policies.inline.values().any(inline) || policies.attached.iter().any(attached)
}

/// Whether some statement in `policies` speaks of actions of one of `services`, or some policy cannot be read.
pub(super) fn some_touch(context: &Context<'_>, policies: &Policies, services: &[&str]) -> bool {
    some_allow(context, policies, |statement| touches(statement, services))
}

/// Like [`some_allow`], for a user and the groups it is in.
pub(super) fn some_allow_of_user(context: &Context<'_>, user: &User, wanted: impl Fn(&Statement) -> bool) -> bool {
    let group = |name: &String| context.posture.identity.groups.items.iter().find(|group| group.name == *name);
    some_allow(context, &user.policies, &wanted)
        || user.groups.iter().map(group).any(|group| group.is_none_or(|group| some_allow(context, &group.policies, &wanted)))
}

/// Whether `statement` speaks of actions of one of `services`.
pub(super) fn touches(statement: &Statement, services: &[&str]) -> bool {
    let is_one = |service: &str| services.iter().any(|one| one.eq_ignore_ascii_case(service));
    statement.is_not_action() || statement.actions().any(|action| service_of(action).is_none_or(is_one))
}

/// Whether `statement` speaks of actions of every service.
pub(super) fn is_wide(statement: &Statement) -> bool {
    statement.is_not_action() || statement.actions().any(|action| service_of(action).is_none())
}

/// The service of an action pattern; none when it may be any.
pub(super) fn service_of(action: &str) -> Option<&str> {
    let (service, _) = action.split_once(':')?;
    (!service.contains(['*', '?'])).then_some(service)
}

/// Whether a statement of `holder` may allow `action` on `resource`, or some policy of it cannot be read.
pub(super) fn could(holder: &Holder<'_>, action: &str, resource: &str) -> bool {
    !holder.gaps.is_empty()
        || holder.permissions.iter().any(|permission| {
            let statement = &permission.statement;
            let acts = statement.is_not_action() || statement.actions().any(|pattern| fits(pattern, action));
            acts && (statement.is_not_resource() || statement.resources().any(|pattern| fits(pattern, resource)))
        })
}

/// Whether `pattern` may stand for `text`: with wildcards that cross every border, without case, and with
/// variables standing for anything.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    pattern.contains("${") || !pattern.is_ascii() || !text.is_ascii() || covers(pattern, text, |a, b| a.eq_ignore_ascii_case(&b))
}

/// Whether `pattern`, with wildcards and without variables, stands for `text`, to the letter.
pub(super) fn is(pattern: &str, text: &str) -> bool {
    covers(pattern, text, |a, b| a == b)
}

fn covers(pattern: &str, text: &str, same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, text) {
            ([b'*', rest @ ..], _) => {
                retry = Some((rest, text));
                pattern = rest;
            }
            ([], []) => return true,
            ([one, rest @ ..], [other, more @ ..]) if *one == b'?' || same(*one, *other) => {
                (pattern, text) = (rest, more);
            }
            _ => {
                // The last star takes one more, while there is one.
                let Some((rest, [_, more @ ..])) = retry else { return false };
                retry = Some((rest, more));
                (pattern, text) = (rest, more);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::{Settings, testing::with_role},
        iam::Outcome,
    };

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("s3:Get*", "s3:getobject", true),
            ("s3:Get*", "s3:PutObject", false),
            ("*:*Role", "iam:PassRole", true),
            ("arn:aws:s3:::b?/*/x", "arn:aws:s3:::b1/a/b/x", true),
            ("arn:aws:s3:::b?/*/x", "arn:aws:s3:::b/a/b/x", false),
            ("a*b*c", "a-b-b-d", false),
            ("a*b*c", "a-b-b-c", true),
            ("${aws:username}", "x", true),
            ("arn:aws:iam::*:role/*", "*", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_the_engine_allows_it_never_rules_out() {
        let settings = Settings::default();
        let actions = ["*", "*:*", "lambda:*", "lam*:Update*", "LAMBDA:updatefunctioncode", "iam:PassRole", "lambda:UpdateFunction????"];
        let resources = [
            "*",
            "arn:aws:lambda:*:*:function:*",
            "arn:aws:lambda:eu-west-1:123456789012:function:orders",
            "arn:aws:*:function:orders",
            "arn:aws:lambda:*",
            "arn:aws:lambda:eu-west-1:${aws:PrincipalAccount}:function:ord?rs",
            "arn:aws:iam::123456789012:role/x",
        ];
        let mut allowed = 0;
        for action in actions {
            for resource in resources {
                for (act, on) in [("Action", "Resource"), ("NotAction", "Resource"), ("Action", "NotResource")] {
                    let posture = with_role(&format!(
                        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","{act}":"{action}","{on}":"{resource}"}}]}}"#
                    ));
                    let context = Context::new(&posture, &settings);
                    let holder = context.holder(&posture.identity.roles.items[0]);
                    let (asked, target) = ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:123456789012:function:orders");
                    let decision = holder.decide(asked, target).unwrap();
                    if matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional) {
                        allowed += 1;
                        assert!(could(&holder, asked, target), "{act} {action} {on} {resource}");
                        assert!(some_touch(&context, &posture.identity.roles.items[0].policies, &["lambda"]));
                    }
                }
            }
        }
        assert!(allowed > 20, "{allowed}");
    }
}
