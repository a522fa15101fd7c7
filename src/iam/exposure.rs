//! Functions that strangers can call: by the API, and by their URLs.

use std::collections::BTreeMap;

use super::{
    Audience, Document, Library, Principal, Reach, Statement,
    audience::{audience_among, reaches},
    stranger::Way,
};
use crate::model::{Arn, Fact, Function, FunctionUrl, Gap, Posture};

const INVOKE: &str = "lambda:InvokeFunction";
const INVOKE_URL: &str = "lambda:InvokeFunctionUrl";

/// Who gets through a function URL: its authentication type joined with the policy of its qualifier.
#[derive(Debug, Clone)]
pub enum UrlReach {
    /// Anyone: no authentication, and the policy grants both actions that a URL asks for.
    Public(Vec<Reach>),
    /// No authentication, and of the two actions the policy grants one only: a step away from open.
    OneActionOnly {
        /// What the policy grants to everyone.
        granted: Vec<Reach>,
        /// The action that is missing.
        missing: String,
    },
    /// The URL asks for signed requests, or the policy lets nobody in without.
    Closed,
}

/// The functions that anyone or any AWS account can invoke.
pub fn public_functions(posture: &Posture, library: &Library) -> BTreeMap<Arn, Vec<Reach>> {
    let mut public = BTreeMap::new();
    for (_, function) in posture.functions() {
        let mut found = Vec::new();
        for (qualifier, policy) in &function.policies {
            // What was not read is not public for all we know; the checks say that it is unknown.
            let Fact::Known(Some(text)) = policy else { continue };
            let Ok(document) = library.document(text) else { continue };
            // Most policies name services only: that nobody else gets in need not be worked out.
            let names_everyone = |statement: &Statement| {
                statement.is_allow() && (statement.is_not_principal() || statement.principals().contains(&Principal::Anyone))
            };
            if !document.statements.iter().any(|statement| names_everyone(statement)) {
                continue;
            }
            let reaches = audience_among(document, &[INVOKE], &qualified(function, qualifier), Audience::is_public);
            found.extend(reaches.into_iter().map(|reach| Reach { qualifier: qualifier.clone(), ..reach }));
        }
        for url in function.urls.known().into_iter().flatten() {
            if let Ok(UrlReach::Public(reaches)) = url_reach(library, function, url) {
                found.extend(reaches);
            }
        }
        if !found.is_empty() {
            public.insert(function.arn.clone(), found);
        }
    }
    public
}

/// Who gets through `url`, a URL of `function`.
///
/// # Errors
/// The gap, when the policy of the URL's qualifier was not read or is no policy.
pub fn url_reach(library: &Library, function: &Function, url: &FunctionUrl) -> Result<UrlReach, Gap> {
    if !url.auth_none {
        return Ok(UrlReach::Closed);
    }
    let policy = function.policies.get(&url.qualifier).ok_or_else(|| Gap::unread("lambda:GetPolicy"))?;
    let Some(text) = policy.known()? else { return Ok(UrlReach::Closed) };
    let document = library.document(text)?;
    let resource = qualified(function, &url.qualifier);
    let open = |action: &str| -> Vec<Reach> {
        reaches(document, &[action], &resource, Way::OpenUrl, |audience| *audience == Audience::Anyone)
            .into_iter()
            .map(|reach| Reach { qualifier: url.qualifier.clone(), ..reach })
            .collect()
    };
    let (by_url, invoke) = (open(INVOKE_URL), open(INVOKE));
    Ok(match (by_url.is_empty(), invoke.is_empty()) {
        (false, false) => UrlReach::Public(by_url.into_iter().chain(invoke).collect()),
        (false, true) => UrlReach::OneActionOnly { granted: by_url, missing: INVOKE.to_owned() },
        (true, false) => UrlReach::OneActionOnly { granted: invoke, missing: INVOKE_URL.to_owned() },
        (true, true) => UrlReach::Closed,
    })
}

/// Whom `document`, the policy of `url`'s qualifier, lets call `url`, which asks for signed requests: what it grants of each of
/// the two actions that this takes, to audiences that are `wanted`.
pub fn signed_url_reaches(
    document: &Document,
    function: &Function,
    url: &FunctionUrl,
    wanted: impl Fn(&Audience) -> bool,
) -> [Vec<Reach>; 2] {
    let resource = qualified(function, &url.qualifier);
    [INVOKE_URL, INVOKE].map(|action| reaches(document, &[action], &resource, Way::SignedUrl, &wanted))
}

/// The ARN that the policy of `qualifier` speaks of.
fn qualified(function: &Function, qualifier: &str) -> Arn {
    if qualifier == Function::UNQUALIFIED { function.arn.clone() } else { Arn::new(format!("{}:{qualifier}", function.arn)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{function, with_function},
        iam::audience,
        model::PolicyText,
    };

    const URL: &str = r#"{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#;
    const VIA_URL: &str = r#"{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}"#;
    const SIGNED: &str = r#"{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}}"#;

    fn posture(qualifier: &str, auth_none: bool, statements: &[&str]) -> Posture {
        with_function(|function| {
            let policy = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")));
            function.policies.insert(qualifier.to_owned(), Fact::Known(Some(policy)));
            function.urls = Fact::Known(vec![FunctionUrl { qualifier: qualifier.to_owned(), url: String::new(), auth_none, cors: None }]);
        })
    }

    fn reach(posture: &Posture) -> UrlReach {
        let (_, function) = posture.functions().next().expect("a function");
        let url = &function.urls.known().expect("urls")[0];
        url_reach(&Library::new(posture), function, url).expect("a read policy")
    }

    #[test]
    fn a_url_is_open_when_its_own_policy_grants_both_actions() {
        for qualifier in [Function::UNQUALIFIED, "live"] {
            let open = posture(qualifier, true, &[URL, VIA_URL]);
            assert!(matches!(reach(&open), UrlReach::Public(reaches) if reaches.len() == 2 && reaches[0].qualifier == qualifier));
            let public = public_functions(&open, &Library::new(&open));
            assert_eq!(public.values().map(Vec::len).sum::<usize>(), 2, "{qualifier}");
        }
        assert!(matches!(reach(&posture("$LATEST", true, &[URL])), UrlReach::OneActionOnly { missing, .. } if missing == INVOKE));
        assert!(matches!(reach(&posture("$LATEST", true, &[VIA_URL])), UrlReach::OneActionOnly { missing, .. } if missing == INVOKE_URL));
        assert!(matches!(reach(&posture("$LATEST", true, &[])), UrlReach::Closed));
        assert!(matches!(reach(&posture("$LATEST", false, &[URL, VIA_URL])), UrlReach::Closed));
        assert!(matches!(reach(&posture("$LATEST", true, &[SIGNED, VIA_URL])), UrlReach::OneActionOnly { .. }));
    }

    #[test]
    fn a_grant_for_the_url_alone_does_not_open_the_api() {
        let closed = posture("$LATEST", false, &[URL, VIA_URL]);
        assert!(public_functions(&closed, &Library::new(&closed)).is_empty());
        let open = posture("live", false, &[r#"{"Effect":"Allow","Principal":"*","Action":"lambda:*","Resource":"*"}"#]);
        assert_eq!(public_functions(&open, &Library::new(&open)).len(), 1);
    }

    #[test]
    fn urls_with_signatures_let_every_account_in() {
        let signed = posture("$LATEST", false, &[SIGNED]);
        let text =
            signed.functions().next().and_then(|(_, function)| function.policies["$LATEST"].known().ok()?.clone()).expect("a policy");
        let library = Library::new(&signed);
        let reaches = audience(library.document(&text).expect("a document"), &[INVOKE_URL], &function("orders").arn);
        assert_eq!(reaches[0].audience, Audience::AnyAccount);
    }

    #[test]
    fn a_policy_that_was_not_read_is_a_gap() {
        let mut unread = posture("live", true, &[URL, VIA_URL]);
        let region = unread.regions.values_mut().next().expect("the Region");
        region.functions.items[0].policies.remove("live");
        let library = Library::new(&unread);
        let (_, function) = unread.functions().next().expect("a function");
        assert!(url_reach(&library, function, &function.urls.known().expect("urls")[0]).is_err());
        let broken = posture("live", true, &[r#"{"Effect":"allow"}"#]);
        let library = Library::new(&broken);
        let (_, function) = broken.functions().next().expect("a function");
        let gap = url_reach(&library, function, &function.urls.known().expect("urls")[0]).expect_err("a gap");
        assert!(gap.detail.contains("line 1"), "{gap}");
    }
}
