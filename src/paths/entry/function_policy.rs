//! Functions whose policies let outsiders in by Lambda's API.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
    url::policy_of,
};
use crate::{
    model::{Arn, Function, Gap},
    paths::Grip,
};

/// Starting it with an event of one's own.
const INVOKE: Ask = Ask {
    actions: &["lambda:InvokeFunction", "lambda:InvokeAsync"],
    gives: Grip::Send,
    technique: "function-policy",
    front: Front::Signed,
    deputies: true,
};

/// Putting code of one's own into it: the code itself, or a layer or wrapper by its configuration.
const REWRITE: Ask = Ask {
    actions: &["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"],
    gives: Grip::Control,
    technique: "lambda-003",
    front: Front::Signed,
    deputies: false,
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (_, region) in survey.regions() {
        // What the list lacks is told where URLs are looked for.
        for function in &region.functions.items {
            by_policies(survey, function);
        }
    }
}

fn by_policies(survey: &mut Survey<'_, '_>, function: &Function) {
    match (function.aliases.known(), function.versions.known()) {
        (Ok(aliases), Ok(_)) if aliases.iter().all(|alias| function.policies.contains_key(&alias.name)) => {}
        (Ok(_), Ok(_)) => survey.hide(&function.arn, Gap::unread("lambda:GetPolicy")),
        (Err(gap), _) | (_, Err(gap)) => survey.hide(&function.arn, gap),
    }
    for (qualifier, policy) in &function.policies {
        let text = match policy.known() {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(gap) => {
                survey.hide(&function.arn, gap);
                continue;
            }
        };
        let Some(document) = survey.document(&function.arn, text) else { continue };
        let resource =
            if qualifier == Function::UNQUALIFIED { function.arn.clone() } else { Arn::new(format!("{}:{qualifier}", function.arn)) };
        let policy = policy_of(qualifier);
        let invokes = survey.admitted(&policy, document, &resource, &function.arn, &INVOKE);
        for mut edge in survey.admitted(&policy, document, &resource, &function.arn, &REWRITE) {
            // New code waits until somebody starts it.
            match invokes.iter().find(|invoke| invoke.from == edge.from) {
                Some(invoke) => {
                    edge.technique = "lambda-004";
                    edge.actions.extend_from_slice(&invoke.actions);
                    edge.proof.extend_from_slice(&invoke.proof);
                    edge.proof.dedup();
                }
                None => edge.needs_trigger = true,
            }
            survey.push(edge);
        }
        invokes.into_iter().for_each(|edge| survey.push(edge));
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::{denied, with_function},
        model::{Fact, Function, Gap, Posture},
        paths::entry::testing::{FUNCTION, entries, gaps, policy, steps},
    };

    fn allow(principal: &str, action: &str) -> String {
        format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"*"}}"#)
    }

    fn with(qualifier: &str, statements: &str) -> Posture {
        with_function(|function: &mut Function| {
            function.policies.insert(qualifier.to_owned(), Fact::Known(Some(policy(statements))));
        })
    }

    #[test]
    fn whoever_a_policy_names_invokes() {
        let anyone = with("$LATEST", &allow(r#""*""#, "lambda:InvokeFunction"));
        assert_eq!(steps(&anyone), [format!("any-aws-account -> {FUNCTION} Send function-policy")]);
        let alias = with("live", &allow(r#"{"AWS":"210987654321"}"#, "lambda:Invoke*"));
        assert_eq!(steps(&alias), [format!("account:210987654321 -> {FUNCTION} Send function-policy")]);
        let proof = entries(&alias).edges.remove(0).proof;
        assert_eq!((proof[0].policy.as_str(), proof[0].pointer.as_str()), ("function policy of live", "/Statement/0"));
    }

    #[test]
    fn new_code_needs_a_start() {
        let code = with("$LATEST", &allow(r#"{"AWS":"210987654321"}"#, "lambda:UpdateFunctionCode"));
        assert_eq!(steps(&code), [format!("account:210987654321 -> {FUNCTION} Control lambda-003")]);
        assert!(entries(&code).edges[0].needs_trigger);
        let all = with("$LATEST", &allow(r#"{"AWS":"210987654321"}"#, "lambda:*"));
        assert_eq!(entries(&all).edges[0].technique, "lambda-004");
        assert!(!entries(&all).edges[0].needs_trigger);
    }

    #[test]
    fn services_with_a_source_and_ones_own_principals_are_no_outsiders() {
        let service = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}"#;
        let own = allow(r#"{"AWS":"arn:aws:iam::123456789012:role/x"}"#, "lambda:*");
        let denied_again = r#"{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"*"}"#;
        for statements in [service.to_owned(), own, format!("{},{denied_again}", allow(r#""*""#, "lambda:*"))] {
            let posture = with("$LATEST", &statements);
            assert!(steps(&posture).is_empty() && gaps(&posture).is_empty(), "{statements}: {:?}", steps(&posture));
        }
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let unread = with_function(|function| {
            function.policies.insert("live".to_owned(), Gap::denied("lambda:GetPolicy", "no").into());
        });
        assert_eq!((steps(&unread).len(), gaps(&unread)), (0, vec![format!("{FUNCTION} lambda:GetPolicy")]));
        let aliases = with_function(|function| function.aliases = Fact::unread("lambda:ListAliases"));
        assert_eq!(gaps(&aliases), [format!("{FUNCTION} lambda:ListAliases")]);
        let broken = with_function(|function| {
            function.policies.insert("$LATEST".to_owned(), Fact::Known(Some("nonsense".into())));
        });
        assert_eq!(gaps(&broken).len(), 1);
        assert!(gaps(&denied()).contains(&"arn:aws:lambda:eu-west-1:123456789012:function:* any:Action".to_owned()));
    }
}
