//! Flaws of layer 2 in APIs: IA-017 to IA-024.

use super::account::{Account, arn, document, iam, lets};
use super::things::{calls, signed};
use crate::{
    checks::testing_api::{api_domain, rest_method, route},
    model::{
        ApiMapping, Arn, Authorizer, Fact, HttpApi, IdentityPool, IdentityPoolRoles, IdentityPoolSettings, Integration, JwtIssuer, RestApi,
        RestMethod, Route, Throttle, UsagePlan, UsagePlanStage,
    },
};

pub(super) fn plant(account: &mut Account) {
    methods(account);
    routes(account);
    keys(account);
    authorizers(account);
    throttles(account);
    firewalls(account);
    side_doors(account);
    guests(account);
}

/// A method for whoever asks, that calls a function which anyone may call no faster than the API lets them.
fn open(verb: &str) -> RestMethod {
    let mut method = rest_method(verb, "/orders");
    calls(&mut method, &arn("lambda", "function:worker"));
    method
}

/// A route that asks for `kind` of authorization.
fn asking(key: &str, kind: &str) -> Route {
    Route { id: key.to_owned(), authorization_type: kind.to_owned(), ..route(key) }
}

/// Gives `api` these routes, all of which call `worker`.
fn routed(api: &mut HttpApi, routes: Vec<Route>) {
    let function = Some(arn("lambda", "function:worker"));
    let integration = Integration { kind: "AWS_PROXY".to_owned(), function, calls: None, timeout_millis: None };
    api.integrations = Fact::Known([("i1".to_owned(), integration)].into());
    api.routes = Fact::Known(routes);
}

fn authorizer(kind: &str, sources: &[&str], ttl_seconds: Option<u32>) -> Authorizer {
    Authorizer {
        id: "z1".to_owned(),
        name: "gate".to_owned(),
        kind: kind.to_owned(),
        identity_sources: sources.iter().map(|&source| source.to_owned()).collect(),
        ttl_seconds,
        function: None,
        user_pools: Vec::new(),
        issuers: Vec::new(),
    }
}

fn methods(account: &mut Account) {
    let anyone = account.rest("method-open", |api| api.methods = Fact::Known(vec![open("GET")]));
    // e-6: an authorizer that no method uses keeps nobody out.
    let idle = account.rest("method-beside-authorizer", |api| {
        api.methods = Fact::Known(vec![open("GET")]);
        api.authorizers = Fact::Known(vec![authorizer("TOKEN", &["method.request.header.Authorization"], None)]);
    });
    let to_all = account.rest("method-open-by-policy", |api| {
        api.methods = Fact::Known(vec![open("GET")]);
        api.policy = Some(document(&[&lets(r#""*""#, "execute-api:Invoke", &Arn::from("*"), "")]));
    });
    account.flaw("IA-017", &anyone, "NONE");
    account.flaw("IA-017", &idle, "NONE, beside an authorizer that nothing uses");
    account.flaw("IA-017", &to_all, "NONE, and a policy for everyone");
    let network = r#"{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}"#;
    let of_one_network = document(&[&lets(r#""*""#, "execute-api:Invoke", &Arn::from("*"), network)]);
    let mut innocent = |id: &str, why, change: &dyn Fn(&mut RestApi)| {
        let api = account.rest(id, |api| {
            api.methods = Fact::Known(vec![open("GET")]);
            change(api);
        });
        account.innocent("IA-017", &api, why);
    };
    innocent("method-of-cors", "OPTIONS, which the gateway answers by itself", &|api| {
        let mut options = open("OPTIONS");
        let integration = options.integration.as_mut().expect("an integration");
        (integration.kind, integration.function) = ("MOCK".to_owned(), None);
        api.methods = Fact::Known(vec![options]);
    });
    innocent("method-in-network", "a private API", &|api| api.endpoint_types = vec!["PRIVATE".to_owned()]);
    innocent("method-switched-off", "no endpoint, and no domain", &|api| api.execute_api_disabled = true);
    innocent("method-for-network", "a policy for one network", &|api| api.policy = Some(of_one_network.clone()));
    innocent("method-for-signers", "AWS_IAM, without any authorizer", &|api| api.methods = Fact::Known(vec![signed("GET", "/orders")]));
}

fn routes(account: &mut Account) {
    let anyone = account.http("route-open", |api| routed(api, vec![asking("GET /orders", "NONE")]));
    let socket = account.http("socket-open", |api| {
        api.protocol = "WEBSOCKET".to_owned();
        routed(api, vec![asking("$connect", "NONE")]);
    });
    account.flaw("IA-018", &anyone, "NONE");
    account.flaw("IA-018", &socket, "a socket that asks nobody when it is opened");
    let signers = account.http("route-for-signers", |api| routed(api, vec![asking("GET /orders", "AWS_IAM")]));
    let asks_once = account.http("socket-asks-once", |api| {
        api.protocol = "WEBSOCKET".to_owned();
        let mut message = asking("say", "NONE");
        message.models = [("say".to_owned(), "Message".to_owned())].into();
        routed(api, vec![asking("$connect", "AWS_IAM"), message]);
    });
    let nowhere = account.http("route-to-nowhere", |api| routed(api, vec![Route { integration: None, ..asking("GET /orders", "NONE") }]));
    let off = account.http("route-switched-off", |api| {
        api.execute_api_disabled = true;
        routed(api, vec![asking("GET /orders", "NONE")]);
    });
    account.innocent("IA-018", &signers, "AWS_IAM, without any authorizer");
    account.innocent("IA-018", &asks_once, "a socket that asks when it is opened");
    account.innocent("IA-018", &nowhere, "a route without an integration");
    account.innocent("IA-018", &off, "no endpoint, and no domain");
    account.innocent("FN-021", &signers, "an HTTP API cannot look at requests");
    // A socket that takes messages without a model, and one more.
    for (id, kind) in [("socket-of-any-message", "AWS_IAM"), ("socket-of-any-word", "CUSTOM")] {
        let api = account.http(id, |api| {
            api.protocol = "WEBSOCKET".to_owned();
            routed(api, vec![asking("$connect", kind), asking("say", "NONE")]);
        });
        account.flaw("FN-021", &api, "messages without a model");
    }
}

fn keys(account: &mut Account) {
    let alone = account.rest("key-alone", |api| {
        api.methods = Fact::Known(vec![RestMethod { api_key_required: true, ..open("GET") }]);
    });
    let socket = account.http("socket-with-key", |api| {
        api.protocol = "WEBSOCKET".to_owned();
        routed(api, vec![Route { api_key_required: true, ..asking("$connect", "NONE") }]);
    });
    let beside = account.rest("key-beside-signature", |api| {
        api.methods = Fact::Known(vec![RestMethod { api_key_required: true, ..signed("GET", "/orders") }]);
    });
    account.flaw("IA-019", &alone, "a key and nothing else");
    account.flaw("IA-019", &socket, "a key and nothing else");
    account.innocent("IA-019", &beside, "a key beside a signature");
    account.innocent("IA-017", &alone, "a key: IA-019 tells of it");
}

fn authorizers(account: &mut Account) {
    let header = "method.request.header.Authorization";
    let mut with = |id: &str, gate: Authorizer, users: usize| {
        account.rest(id, |api| {
            let mut method = signed("GET", "/orders");
            method.authorization_type = "CUSTOM".to_owned();
            method.authorizer = Some("z1".to_owned());
            api.methods = Fact::Known(vec![method; users]);
            api.authorizers = Fact::Known(vec![gate]);
        })
    };
    let for_all = with("answer-for-everybody", authorizer("REQUEST", &[], None), 1);
    let over = with("answer-over-routes", authorizer("REQUEST", &[header], None), 2);
    let uncached = with("answer-each-time", authorizer("REQUEST", &[], Some(0)), 1);
    let by_route = with("answer-by-route", authorizer("REQUEST", &[header, "context.path"], None), 2);
    let token = with("answer-by-token", authorizer("TOKEN", &[header], None), 2);
    account.flaw("IA-020", &for_all, "cached, and no identity source");
    account.flaw("IA-020", &over, "cached over routes");
    account.innocent("IA-020", &uncached, "a TTL of zero");
    account.innocent("IA-020", &by_route, "cached by route");
    account.innocent("IA-020", &token, "looks at the token");
    let mut jwt = |id: &str, audiences: &[&str]| {
        let audiences = audiences.iter().map(|&audience| audience.to_owned()).collect();
        let issuers = vec![JwtIssuer { issuer: "https://id.example.com".to_owned(), audiences }];
        account.http(id, |api| {
            routed(api, vec![Route { authorizer: Some("z1".to_owned()), ..asking("GET /orders", "JWT") }]);
            api.authorizers = Fact::Known(vec![Authorizer { issuers, ..authorizer("JWT", &[], None) }]);
        })
    };
    let any = jwt("token-for-anything", &[]);
    let own = jwt("token-for-the-shop", &["shop"]);
    account.flaw("IA-020", &any, "a JWT authorizer without an audience");
    account.innocent("IA-020", &own, "an audience");
}

fn throttles(account: &mut Account) {
    fn stage(api: &mut RestApi) -> &mut crate::model::RestStage {
        &mut api.stages.known_mut().expect("the stages")[0]
    }
    let none = account.rest("unthrottled", |api| stage(api).settings.clear());
    let none_here = account.http("unthrottled-http", |api| api.stages.known_mut().expect("the stages")[0].default_settings = None);
    let idle = account.rest("throttled-to-nothing", |api| {
        stage(api).settings.values_mut().for_each(|settings| settings.throttle.rate = Some(10_000.0));
    });
    account.flaw("IA-021", &none, "no throttle");
    account.flaw("IA-021", &none_here, "no throttle");
    account.flaw("IA-021", &idle, "as much as the whole Region may");
    let planned = account.rest("throttled-by-plan", |api| {
        stage(api).settings.clear();
        api.methods = Fact::Known(vec![RestMethod { api_key_required: true, ..signed("GET", "/orders") }]);
    });
    account.region().usage_plans.items.push(UsagePlan {
        arn: Arn::from("arn:aws:apigateway:eu-west-1::/usageplans/p1"),
        name: "partners".to_owned(),
        throttle: Some(Throttle { rate: Some(20.0), burst: Some(40) }),
        has_quota: false,
        stages: vec![UsagePlanStage { api: "throttled-by-plan".to_owned(), stage: "prod".to_owned(), methods: [].into() }],
    });
    let private = account.rest("unthrottled-in-network", |api| {
        stage(api).settings.clear();
        api.endpoint_types = vec!["PRIVATE".to_owned()];
    });
    account.innocent("IA-021", &planned, "a usage plan, where every method takes a key");
    account.innocent("IA-021", &private, "strangers do not get as far");
}

fn firewalls(account: &mut Account) {
    let without = |api: &mut RestApi| api.stages.known_mut().expect("the stages")[0].web_acl = None;
    let rest = account.rest("without-firewall", without);
    let graphql = account.graphql("graph-without-firewall", |api| api.web_acl = None);
    account.flaw("IA-022", &rest, "no web ACL");
    account.flaw("IA-022", &graphql, "no web ACL");
    let private = account.rest("without-firewall-in-network", |api| {
        without(api);
        api.endpoint_types = vec!["PRIVATE".to_owned()];
    });
    let inner = account.graphql("graph-in-network", |api| {
        api.web_acl = None;
        api.authentication = "API_KEY".to_owned();
        api.visibility = Some("PRIVATE".to_owned());
    });
    account.innocent("IA-022", &private, "strangers do not get as far");
    account.innocent("IA-022", &inner, "strangers do not get as far");
    account.innocent("IA-024", &inner, "a key, within a network");
}

fn side_doors(account: &mut Account) {
    let named = |api: &str| {
        let mut domain = api_domain(&format!("{api}.example.com"));
        domain.mappings = Fact::Known(vec![ApiMapping { api: api.to_owned(), stage: None, path: String::new() }]);
        account.region().api_domains.items.push(domain);
    };
    ["two-doors", "two-doors-http", "one-door", "doors-in-network"].into_iter().for_each(named);
    let rest = account.rest("two-doors", |_| ());
    let http = account.http("two-doors-http", |api| routed(api, vec![asking("GET /orders", "AWS_IAM")]));
    let closed = account.rest("one-door", |api| api.execute_api_disabled = true);
    let private = account.rest("doors-in-network", |api| api.endpoint_types = vec!["PRIVATE".to_owned()]);
    let nameless = account.rest("no-domain", |_| ());
    account.flaw("IA-023", &rest, "answers beside its domain");
    account.flaw("IA-023", &http, "answers beside its domain");
    account.innocent("IA-023", &closed, "answers at its domain only");
    account.innocent("IA-023", &private, "answers within networks only");
    account.innocent("IA-023", &nameless, "no domain: it has to answer somewhere");
}

fn guests(account: &mut Account) {
    let keyed = account.graphql("graph-for-keys", |api| api.authentication = "API_KEY".to_owned());
    let beside = account.graphql("graph-for-keys-too", |api| api.additional_authentication = vec!["API_KEY".to_owned()]);
    let users = account.graphql("graph-for-users", |_| ());
    let mut pool = |name: &str, guests: bool, role: Option<Arn>| {
        let own = arn("cognito-identity", &format!("identitypool/{name}"));
        account.region().identity_pools.items.push(IdentityPool {
            arn: own.clone(),
            id: name.to_owned(),
            name: name.to_owned(),
            settings: Fact::Known(IdentityPoolSettings { guests, classic_flow: false, user_pools: Vec::new() }),
            roles: Fact::Known(IdentityPoolRoles { authenticated: None, unauthenticated: role, mapped: Vec::new() }),
        });
        own
    };
    let open = pool("for-guests", true, Some(iam("role/guests")));
    let nothing = pool("for-guests-without-role", true, None);
    account.flaw("IA-024", &keyed, "API keys");
    account.flaw("IA-024", &beside, "API keys beside users");
    account.flaw("IA-024", &open, "a role for guests");
    account.innocent("IA-024", &users, "users only");
    account.innocent("IA-024", &nothing, "guests get nothing without a role");
}
