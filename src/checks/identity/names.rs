//! Names for something new: a grant on `function:export-*` lets its holder make a function, though not of any name.

use super::held::{self, ANY};
use crate::{checks::Context, iam::Holder, model::Arn};

/// ARNs that something new can have in this account, of a kind such as `function:` or `role/`: one that nobody thought
/// of, and those that statements of `holder` speak of, each with a name that nothing has yet.
pub(super) fn fresh(context: &Context<'_>, holder: &Holder<'_>, service: &str, region: &str, kind: &str) -> Vec<Arn> {
    let mut arns = vec![held::arn(context, service, region, &format!("{kind}{ANY}"))];
    let allowing = holder.permissions.iter().map(|permission| &permission.statement).filter(|statement| !statement.is_not_resource());
    for pattern in allowing.flat_map(|statement| statement.resources()) {
        // Partition, Region and account are this one's: whether the pattern fits them is for the engine to decide.
        let Some(resource) = pattern.splitn(6, ':').nth(5) else { continue };
        // A variable stands for what the request says, and that is not known.
        if !resource.starts_with(kind) || resource.contains("${") {
            continue;
        }
        let arn = held::arn(context, service, region, &resource.replace('*', ANY).replace('?', "x"));
        if !arns.contains(&arn) && !is_taken(context, &arn) {
            arns.push(arn);
        }
    }
    arns
}

fn is_taken(context: &Context<'_>, arn: &Arn) -> bool {
    let posture = context.posture;
    posture.function(arn).is_some() || posture.role(arn).is_some() || posture.identity.users.items.iter().any(|user| user.arn == *arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Settings, testing::with_role};

    #[test]
    fn a_pattern_gives_a_name_that_fits_it() {
        let settings = Settings::default();
        let name = |resource: &str| {
            let posture = with_role(&format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"lambda:*","Resource":"{resource}"}}}}"#
            ));
            let context = Context::new(&posture, &settings);
            let arns = fresh(&context, &context.holder(&posture.identity.roles.items[0]), "lambda", "eu-west-1", "function:");
            assert_eq!(arns[0].as_str(), format!("arn:aws:lambda:eu-west-1:123456789012:function:{ANY}"));
            arns.get(1).map(|arn| arn.resource().to_owned())
        };
        for (resource, expected) in [
            ("*", None),
            ("arn:aws:lambda:*", None),
            ("arn:aws:lambda:*:*:function:*", None),
            ("arn:aws:lambda:eu-west-1:123456789012:function:export-*", Some(format!("function:export-{ANY}"))),
            ("arn:aws:lambda:*:*:function:job?", Some("function:jobx".to_owned())),
            ("arn:aws:lambda:*:*:function:nightly", Some("function:nightly".to_owned())),
            ("arn:aws:lambda:*:*:function:${aws:username}-*", None),
            ("arn:aws:lambda:*:*:layer:export-*", None),
            // There is one of that name.
            ("arn:aws:lambda:eu-west-1:123456789012:function:orders", None),
        ] {
            assert_eq!(name(resource), expected, "{resource}");
        }
    }
}
