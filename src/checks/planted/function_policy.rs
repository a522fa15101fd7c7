//! Flaws of layer 1 in policies and URLs: FN-001 to FN-006, FN-016.

use super::account::{Account, FRIEND, OWN_ORGANIZATION, STRANGER, arn, document, lets};
use super::things::policy;
use crate::{
    checks::testing::ACCOUNT,
    model::{Alias, Arn, Cors, Fact, Function, FunctionUrl, LayerVersion},
};

const INVOKE: &str = "lambda:InvokeFunction";
const EVERYONE: &str = r#""*""#;
const AWS_EVERYONE: &str = r#"{"AWS":"*"}"#;
const LATEST: &str = Function::UNQUALIFIED;

pub(super) fn plant(account: &mut Account) {
    open_by_policy(account);
    closed_in_spite_of_looks(account);
    services(account);
    foreign_accounts(account);
    urls(account);
    cors(account);
    layers(account);
}

/// A function with a ceiling and this policy: what anyone can invoke is told of for that alone.
fn under(account: &mut Account, name: &str, qualifier: &str, statements: &[&str]) -> Arn {
    account.function(name, |function| {
        function.reserved_concurrency = Fact::Known(Some(5));
        if qualifier != LATEST && !qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
            let alias = Alias { name: qualifier.to_owned(), version: "2".to_owned(), weights: [].into(), revision_id: None };
            function.aliases = Fact::Known(vec![alias]);
        }
        policy(function, qualifier, statements);
    })
}

fn of(name: &str) -> Arn {
    arn("lambda", &format!("function:{name}"))
}

/// What e-3 of the catalogue lists as public.
fn open_by_policy(account: &mut Account) {
    let open = |name: &str, principal: &str, condition: &str| lets(principal, INVOKE, &of(name), condition);
    for (name, condition, why) in [
        ("open-to-anyone", "", "Principal *"),
        ("open-by-any-source", r#"{"StringLike":{"aws:SourceArn":"*"}}"#, "a source that any service may fill in"),
        ("open-by-any-bucket", r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, "anyone's bucket"),
        ("open-by-truism", r#"{"StringEquals":{"aws:ResourceAccount":"123456789012"}}"#, "a condition that always holds"),
        ("open-to-any-role", r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#, "roles of any account"),
        ("open-with-tls", r#"{"Bool":{"aws:SecureTransport":"true"}}"#, "anyone who comes with TLS"),
    ] {
        let function = under(account, name, LATEST, &[&open(name, EVERYONE, condition)]);
        account.flaw("FN-001", &function, why);
    }
    let all_but_one = r#"{"Sid":"but","Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"lambda:InvokeFunction","Resource":"*"}"#;
    let function = under(account, "open-but-to-one", LATEST, &[all_but_one]);
    account.flaw("FN-001", &function, "Allow with NotPrincipal");
    let alias = lets(EVERYONE, INVOKE, &Arn::new(format!("{}:live", of("open-alias"))), "");
    let function = under(account, "open-alias", "live", &[&alias]);
    account.flaw("FN-001", &function, "the policy of an alias");
    let version = lets(AWS_EVERYONE, INVOKE, &Arn::new(format!("{}:2", of("open-version"))), "");
    let function = under(account, "open-version", "2", &[&version]);
    account.flaw("FN-001", &function, "the policy of a version");
    let single = format!(r#"{{"Version":"2012-10-17","Statement":{}}}"#, open("open-by-object", EVERYONE, ""));
    let function = account.function("open-by-object", |function| {
        function.reserved_concurrency = Fact::Known(Some(5));
        function.policies.insert(LATEST.to_owned(), Fact::Known(Some(crate::model::PolicyText::new(single))));
    });
    account.flaw("FN-001", &function, "a statement that is no list");
}

/// What e-3 and e-4 list as private, and others call public.
fn closed_in_spite_of_looks(account: &mut Account) {
    let own = format!(r#"{{"StringEquals":{{"aws:PrincipalOrgID":"{OWN_ORGANIZATION}"}}}}"#);
    let outside = format!(
        r#"{{"Effect":"Deny","Principal":"*","Action":"lambda:*","Resource":"*","Condition":{{"StringNotEquals":{{"aws:PrincipalOrgID":"{OWN_ORGANIZATION}"}}}}}}"#
    );
    let everything = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#;
    for (name, condition, deny, why) in [
        ("closed-by-deny-outside", "", Some(outside.as_str()), "Allow *, and Deny outside the organization"),
        ("closed-by-deny", "", Some(everything), "Allow *, and Deny everything"),
        ("closed-by-account", r#"{"StringEqualsIgnoreCase":{"aws:SourceAccount":"123456789012"}}"#, None, "SourceAccount without case"),
        ("closed-by-address", r#"{"IpAddress":{"aws:SourceIp":"93.184.216.34/32"}}"#, None, "one address"),
        ("closed-by-organization", &own, None, "the own organization"),
        ("closed-by-endpoint", r#"{"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}"#, None, "one VPC endpoint"),
        ("closed-but-by-url", r#"{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#, None, "a grant through a URL that there is not"),
    ] {
        let allow = lets(EVERYONE, INVOKE, &of(name), condition);
        let statements: Vec<&str> = [allow.as_str()].into_iter().chain(deny).collect();
        let function = account.function(name, |function| policy(function, LATEST, &statements));
        account.innocent("FN-001", &function, why);
        account.innocent("FN-006", &function, why);
    }
}

/// Services that act for anybody, and those that only look so (e-4).
fn services(account: &mut Account) {
    let service = |name: &str, service: &str, condition: &str| lets(&format!(r#"{{"Service":"{service}"}}"#), INVOKE, &of(name), condition);
    for (name, principal, condition, why) in [
        ("deputy-of-s3", "s3.amazonaws.com", "", "no source at all"),
        ("deputy-of-topics", "sns.amazonaws.com", r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:*:*:*"}}"#, "anybody's topic"),
        ("deputy-of-bucket", "s3.amazonaws.com", r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::inbox"}}"#, "a bucket, whosever it is"),
        ("deputy-of-gateway", "apigateway.amazonaws.com", "", "anybody's API"),
    ] {
        let statement = service(name, principal, condition);
        let function = account.function(name, |function| policy(function, LATEST, &[&statement]));
        account.flaw("FN-005", &function, why);
    }
    let both = r#"{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::inbox"}}"#;
    let target_group = r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/1"}}"#;
    let route = r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/orders"}}"#;
    let organization = format!(r#"{{"StringEquals":{{"aws:SourceOrgID":"{OWN_ORGANIZATION}"}}}}"#);
    for (name, principal, condition, why) in [
        ("called-by-balancer", "elasticloadbalancing.amazonaws.com", target_group, "a load balancer's target group"),
        ("called-by-route", "apigateway.amazonaws.com", route, "a route of the account's gateway"),
        ("called-by-bucket", "s3.amazonaws.com", both, "a bucket of the account"),
        ("called-by-organization", "events.amazonaws.com", organization.as_str(), "sources of the organization"),
        ("called-for-rotation", "secretsmanager.amazonaws.com", "", "Secrets Manager, which names no source"),
        (
            "called-by-alexa",
            "alexa-appkit.amazon.com",
            r#"{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.1"}}"#,
            "Alexa with an event source token",
        ),
    ] {
        let statement = service(name, principal, condition);
        let function = account.function(name, |function| policy(function, LATEST, &[&statement]));
        for check in ["FN-001", "FN-005", "FN-006"] {
            account.innocent(check, &function, why);
        }
    }
}

fn foreign_accounts(account: &mut Account) {
    let aws = |who: &str| format!(r#"{{"AWS":"{who}"}}"#);
    for (name, who, action, why) in [
        ("lent-to-account", format!("arn:aws:iam::{STRANGER}:root"), INVOKE, "another account may invoke it"),
        ("lent-to-role", format!("arn:aws:iam::{STRANGER}:role/x"), "lambda:InvokeFunctionUrl", "another account's role may call its URL"),
        ("lent-to-deploy", STRANGER.to_owned(), "lambda:UpdateFunctionCode", "another account may change it"),
    ] {
        let statement = lets(&aws(&who), action, &of(name), "");
        let function = account.function(name, |function| policy(function, LATEST, &[&statement]));
        account.flaw("FN-006", &function, why);
    }
    let statement = lets(EVERYONE, "lambda:Update*", &of("changed-by-anyone"), "");
    let function = account.function("changed-by-anyone", |function| policy(function, LATEST, &[&statement]));
    account.flaw("FN-006", &function, "everyone may change it");
    for (name, who, why) in [
        ("lent-to-friend", format!("arn:aws:iam::{FRIEND}:root"), "an account that the configuration trusts"),
        ("lent-to-own-role", format!("arn:aws:iam::{ACCOUNT}:role/worker-role"), "a role of the account"),
        ("lent-to-nobody", "AIDAJQABLZS4A3QDU576Q".to_owned(), "a user that was deleted"),
    ] {
        let statement = lets(&aws(&who), INVOKE, &of(name), "");
        let function = account.function(name, |function| policy(function, LATEST, &[&statement]));
        account.innocent("FN-006", &function, why);
    }
}

fn url(qualifier: &str, name: &str, auth_none: bool, cors: Option<Cors>) -> FunctionUrl {
    FunctionUrl { qualifier: qualifier.to_owned(), url: format!("https://{name}.lambda-url.eu-west-1.on.aws/"), auth_none, cors }
}

/// URLs without authentication: open, a step away from open, and neither (e-5).
fn urls(account: &mut Account) {
    let by_url = |name: &str| {
        lets(EVERYONE, "lambda:InvokeFunctionUrl", &of(name), r#"{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#)
            .replace("planted", "url")
    };
    let invoke = |name: &str| lets(EVERYONE, INVOKE, &of(name), r#"{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}"#);
    let mut with = |name: &str, qualifier: &str, auth_none: bool, statements: &[String]| {
        let statements: Vec<String> =
            statements.iter().map(|one| if qualifier == LATEST { one.clone() } else { one.replace(of(name).as_str(), "*") }).collect();
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        let function = under(account, name, qualifier, &statements);
        let functions = &mut account.region().functions.items;
        let place = functions.iter_mut().find(|known| known.arn == function).expect("the function");
        place.urls = Fact::Known(vec![url(qualifier, name, auth_none, None)]);
        if statements.is_empty() {
            place.policies.insert(qualifier.to_owned(), Fact::Known(None));
        }
        function
    };
    let both = |name: &str| [by_url(name), invoke(name)];
    let open = with("url-open", LATEST, true, &both("url-open"));
    let alias = with("url-open-alias", "live", true, &both("url-open-alias"));
    let shut = with("url-nobody-may-call", LATEST, true, &[]);
    let half = with("url-half-open", LATEST, true, &[by_url("url-half-open")]);
    let signed = with("url-signed", LATEST, false, &both("url-signed"));
    account.flaw("FN-002", &open, "no authentication, and both actions for everyone");
    account.flaw("FN-002", &alias, "the same, of an alias");
    account.flaw("FN-003", &shut, "no authentication, and one permission is missing");
    account.flaw("FN-003", &half, "no authentication, and one of two actions");
    account.innocent("FN-002", &shut, "NONE, but nobody may call it");
    account.innocent("FN-002", &half, "NONE, but one of two actions only");
    for check in ["FN-001", "FN-002", "FN-003"] {
        account.innocent(check, &signed, "signed, whatever its policy says");
    }
    account.innocent("FN-001", &open, "open through its URL only, which is FN-002");
    account.innocent("FN-003", &open, "open already, which is FN-002");
}

fn cors(account: &mut Account) {
    let origins = |origins: &[&str], allow_credentials: bool| {
        let allow_origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        Some(Cors { allow_origins, allow_methods: Vec::new(), allow_credentials })
    };
    let mut with = |name: &str, cors: Option<Cors>| {
        let url = url(LATEST, name, false, cors);
        account.function(name, |function| function.urls = Fact::Known(vec![url]))
    };
    let any = with("cors-any", origins(&["*"], true));
    let secure = with("cors-any-secure", origins(&["https://shop.example", "https://*"], false));
    let odd = with("cors-without-origins", Some(Cors::default()));
    let one = with("cors-one-site", origins(&["https://shop.example"], true));
    account.flaw("FN-004", &any, "any site, with credentials");
    account.flaw("FN-004", &secure, "any site with TLS");
    // e-2: an odd one must not hide those after it, and their names come later.
    account.innocent("FN-004", &odd, "a Cors block without AllowOrigins");
    account.innocent("FN-004", &one, "credentials for one site");
}

fn layers(account: &mut Account) {
    let mut with = |name: &str, principal: &str, condition: &str| {
        let own = arn("lambda", &format!("layer:{name}:7"));
        let text = document(&[&lets(principal, "lambda:GetLayerVersion", &own, condition)]);
        account.region().layers.items.push(LayerVersion { arn: own.clone(), version: 7, policy: Fact::Known(Some(text)) });
        own
    };
    let shared = with("shared", EVERYONE, "");
    let to_accounts = with("shared-in-aws", AWS_EVERYONE, "");
    let own = with("shared-within", EVERYONE, &format!(r#"{{"StringEquals":{{"aws:PrincipalOrgID":"{OWN_ORGANIZATION}"}}}}"#));
    let one = with("shared-with-one", &format!(r#"{{"AWS":"arn:aws:iam::{STRANGER}:root"}}"#), "");
    account.flaw("FN-016", &shared, "for everyone");
    account.flaw("FN-016", &to_accounts, "for every account");
    account.innocent("FN-016", &own, "Principal *, bound to the organization");
    account.innocent("FN-016", &one, "one account by name");
}
