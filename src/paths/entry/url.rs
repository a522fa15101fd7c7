//! Function URLs: those that ask for no authentication, and those whose policies let outsiders sign.

use super::{
    outsider::{Ask, Front},
    survey::{Survey, and},
};
use crate::{
    iam::{UrlReach, signed_url_reaches, url_reach},
    model::{Function, FunctionUrl, Gap},
    paths::{Edge, Grip, Node, edge::Proof},
};

const FIELD: &str = "lambda:ListFunctionUrlConfigs";
const SIGN: Ask = Ask { actions: &[], gives: Grip::Send, technique: "signed-function-url", front: Front::Signed, deputies: false };

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for function in survey.items(name, &region.functions) {
            through_urls(survey, function);
        }
    }
}

fn through_urls<'a>(survey: &mut Survey<'_, 'a>, function: &'a Function) {
    let urls = match function.urls.known() {
        Ok(urls) => urls,
        Err(gap) => return survey.hide(&function.arn, gap),
    };
    for url in urls {
        if !url.auth_none {
            signed(survey, function, url);
            continue;
        }
        let reaches = match url_reach(survey.library, function, url) {
            Ok(UrlReach::Public(reaches)) => reaches,
            Ok(UrlReach::OneActionOnly { .. } | UrlReach::Closed) => continue,
            Err(gap) => {
                survey.hide(&function.arn, gap);
                continue;
            }
        };
        let policy = policy_of(&url.qualifier);
        let field = Proof::field(FIELD, "AuthType", "NONE");
        let mut conditions: Vec<&str> = reaches.iter().flat_map(|reach| &reach.conditions).map(String::as_str).collect();
        conditions.dedup();
        survey.push(Edge {
            actions: vec!["lambda:InvokeFunctionUrl".to_owned(), "lambda:InvokeFunction".to_owned()],
            condition: (!conditions.is_empty()).then(|| conditions.join(" and ")),
            proof: std::iter::once(field).chain(reaches.iter().map(|reach| Proof::grant(&*policy, reach))).collect(),
            ..Edge::new(Node::Internet, &function.arn, Grip::Send, "function-url")
        });
    }
}

/// Outsiders who hold both actions may sign requests of a URL that asks for signatures.
fn signed<'a>(survey: &mut Survey<'_, 'a>, function: &'a Function, url: &FunctionUrl) {
    let Some(policy) = function.policies.get(&url.qualifier) else {
        return survey.hide(&function.arn, Gap::unread("lambda:GetPolicy"));
    };
    let Some(document) = survey.policy(&function.arn, policy) else { return };
    if !document.statements.iter().any(|statement| survey.names_outsider(statement, false)) {
        return;
    }
    let called = policy_of(&url.qualifier);
    let [by_url, invoke] = signed_url_reaches(document, function, url, |audience| survey.outsider(audience, &SIGN).is_some());
    let steps = |reaches: &[crate::iam::Reach]| -> Vec<Edge> {
        reaches.iter().filter_map(|reach| survey.step(&called, reach, &function.arn, &SIGN)).collect()
    };
    let (by_url, invoke) = (steps(&by_url), steps(&invoke));
    for edge in by_url {
        let fits = |other: &&Edge| other.from == edge.from || other.from == Node::AnyAwsAccount;
        let Some(other) = invoke.iter().find(fits) else { continue };
        let field = Proof::field(FIELD, "AuthType", "AWS_IAM");
        survey.push(Edge {
            actions: edge.actions.iter().chain(&other.actions).cloned().collect(),
            condition: and(edge.condition, other.condition.clone()),
            proof: std::iter::once(field).chain(edge.proof).chain(other.proof.iter().cloned()).collect(),
            ..Edge::new(edge.from, &function.arn, Grip::Send, SIGN.technique)
        });
    }
}

/// What people call the policy of `qualifier`.
pub(crate) fn policy_of(qualifier: &str) -> String {
    if qualifier == Function::UNQUALIFIED { "function policy".to_owned() } else { format!("function policy of {qualifier}") }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{Fact, Function, FunctionUrl, Gap, Posture},
        paths::entry::testing::{FUNCTION, entries, gaps, policy, steps},
    };

    const URL: &str = r#"{"Sid":"url","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
    const INVOKE: &str = r#"{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}"#;

    fn with_url(qualifier: &str, auth_none: bool, statements: &str) -> Posture {
        with_function(|function: &mut Function| {
            function.policies.insert(qualifier.to_owned(), Fact::Known(Some(policy(statements))));
            function.urls = Fact::Known(vec![FunctionUrl { qualifier: qualifier.to_owned(), url: String::new(), auth_none, cors: None }]);
        })
    }

    #[test]
    fn anyone_calls_an_open_url() {
        for (qualifier, called) in [("$LATEST", "function policy"), ("live", "function policy of live")] {
            let posture = with_url(qualifier, true, &format!("{URL},{INVOKE}"));
            let found = entries(&posture);
            let [edge] = found.edges.as_slice() else { panic!("{:?}", found.edges) };
            assert_eq!((edge.to.to_string(), edge.technique), (FUNCTION.to_owned(), "function-url"));
            let proof: Vec<String> = edge.proof.iter().map(|proof| format!("{} {}", proof.policy, proof.statement)).collect();
            assert_eq!(proof, ["lambda:ListFunctionUrlConfigs NONE".to_owned(), format!("{called} url"), format!("{called} ")]);
        }
    }

    #[test]
    fn a_url_without_its_two_grants_is_closed() {
        for posture in [
            with_url("$LATEST", true, ""),
            with_url("$LATEST", true, URL),
            with_url("$LATEST", false, &format!("{URL},{INVOKE}")),
            with_function(|function| {
                function.urls =
                    Fact::Known(vec![FunctionUrl { qualifier: "$LATEST".to_owned(), url: String::new(), auth_none: true, cors: None }]);
            }),
        ] {
            assert!(steps(&posture).is_empty() && gaps(&posture).is_empty(), "{:?}", steps(&posture));
        }
    }

    #[test]
    fn a_url_that_asks_for_signatures_lets_in_whom_both_grants_name() {
        let grant = |action: &str, condition: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"AWS":"210987654321"}},"Action":"{action}","Resource":"*","Condition":{condition}}}"#
            )
        };
        let url = grant("lambda:InvokeFunctionUrl", r#"{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}"#);
        let invoke = grant("lambda:InvokeFunction", r#"{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#);
        let both = with_url("$LATEST", false, &format!("{url},{invoke}"));
        assert_eq!(steps(&both), [format!("account:210987654321 -> {FUNCTION} Send signed-function-url")]);
        assert!(steps(&with_url("$LATEST", false, &url)).is_empty());
        assert!(steps(&with_url("$LATEST", false, &format!("{url},{invoke}").replace("210987654321", "123456789012"))).is_empty());
    }

    #[test]
    fn what_was_not_read_is_no_closed_url() {
        let unread = with_function(|function| function.urls = Gap::denied("lambda:ListFunctionUrlConfigs", "no").into());
        assert_eq!((steps(&unread).len(), gaps(&unread)), (0, vec![format!("{FUNCTION} lambda:ListFunctionUrlConfigs")]));
        let mut policy = with_url("$LATEST", true, "");
        policy.regions.get_mut("eu-west-1").expect("the Region").functions.items[0]
            .policies
            .insert("$LATEST".to_owned(), Gap::denied("lambda:GetPolicy", "no").into());
        assert_eq!((steps(&policy).len(), gaps(&policy)), (0, vec![format!("{FUNCTION} lambda:GetPolicy")]));
    }
}
