//! Function URLs that ask for no authentication.

use super::survey::Survey;
use crate::{
    iam::{UrlReach, url_reach},
    model::Function,
    paths::{Edge, Grip, Node, edge::Proof},
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for function in survey.items(name, &region.functions) {
            through_urls(survey, function);
        }
    }
}

fn through_urls(survey: &mut Survey<'_, '_>, function: &Function) {
    let urls = match function.urls.known() {
        Ok(urls) => urls,
        Err(gap) => return survey.hide(&function.arn, gap),
    };
    for url in urls {
        let reaches = match url_reach(survey.library, function, url) {
            Ok(UrlReach::Public(reaches)) => reaches,
            Ok(UrlReach::OneActionOnly { .. } | UrlReach::Closed) => continue,
            Err(gap) => {
                survey.hide(&function.arn, gap);
                continue;
            }
        };
        let policy = policy_of(&url.qualifier);
        let field = Proof::field("lambda:ListFunctionUrlConfigs", "AuthType", "NONE");
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

/// What people call the policy of `qualifier`.
pub(super) fn policy_of(qualifier: &str) -> String {
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
