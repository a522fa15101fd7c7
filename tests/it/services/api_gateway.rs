//! APIs and the domain names in front of them.

use palisade::{
    live,
    model::{
        ApiDomain, Authorizer, EnvironmentValue, Fact, GapKind, HttpApi, HttpStage, Integration, Listing, MethodSettings, Posture, RestApi,
        RestMethod, RestStage, Route, RouteSettings, Source, SourceState, Throttle,
    },
};
use tokio_util::sync::CancellationToken;

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::{
    planted::REGION,
    stub::{Reply, Stub},
};

pub(super) static SERVICE: Service = Service {
    source: Source::ApiGateway,
    plant: include_str!("api_gateway.py"),
    facts: &[
        Planted {
            name: "a REST API has its endpoint types",
            holds: |posture| {
                let api = rest(posture, "inner")?;
                same((&*api.endpoint_types, &*api.vpc_endpoints), (&["PRIVATE".to_owned()], &["vpce-0a1".to_owned()]))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a REST API has its execute-api endpoint off",
            holds: |posture| {
                same((rest(posture, "inner")?.execute_api_disabled, rest(posture, "orders")?.execute_api_disabled), (true, false))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a REST API has its policy",
            holds: |posture| {
                let policy = rest(posture, "orders")?.policy.as_ref().ok_or("no policy")?.as_str();
                let policy: serde_json::Value = serde_json::from_str(policy).map_err(|error| format!("{error} in {policy}"))?;
                same(policy["Statement"][0]["Principal"].as_str(), Some("*"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a REST API says which TLS it takes",
            holds: |posture| same(rest(posture, "orders")?.security_policy.as_deref(), Some("SecurityPolicy_TLS13_1_2_2021_06")),
            moto: Wrong("it drops it"),
            ministack: Wrong("it drops it"),
        },
        Planted {
            name: "a REST API takes its keys from the authorizer, and is tagged",
            holds: |posture| {
                let api = rest(posture, "orders")?;
                same((api.api_key_source.as_deref(), api.tags.get("team").map(String::as_str)), (Some("AUTHORIZER"), Some("shop")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a method is open but for a key, and its body is looked at",
            holds: |posture| {
                let post = method(posture, "POST")?;
                same((post.authorization_type.as_str(), post.api_key_required), ("NONE", true))?;
                same((post.models["application/json"].as_str(), post.parameters["method.request.querystring.shop"]), ("Order", true))?;
                let validators = known(&rest(posture, "orders")?.validators)?;
                let validator = validators.iter().find(|validator| Some(&validator.id) == post.validator.as_ref()).ok_or("no validator")?;
                same((validator.body, validator.parameters), (true, false))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a method calls a function",
            holds: |posture| {
                let integration = method(posture, "POST")?.integration.as_ref().ok_or("no integration")?;
                same(called(integration), ("AWS_PROXY", Some("orders"), None))?;
                same(integration.timeout_millis, Some(20_000))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a method starts a state machine",
            holds: |posture| {
                let integration = method(posture, "PUT")?.integration.as_ref().ok_or("no integration")?;
                same(called(integration), ("AWS", None, Some("states:action/StartExecution")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a method for CORS answers by itself",
            holds: |posture| same(method(posture, "OPTIONS")?.integration.as_ref().map(called), Some(("MOCK", None, None))),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a method has an authorizer that is a function",
            holds: |posture| {
                let authorizer = authorizer(&rest(posture, "orders")?.authorizers, method(posture, "GET")?.authorizer.as_ref())?;
                same((authorizer.kind.as_str(), authorizer.ttl_seconds), ("REQUEST", Some(300)))?;
                same(&*authorizer.identity_sources, &["method.request.header.Auth".to_owned(), "context.path".to_owned()])?;
                same(authorizer.function.as_ref().map(|arn| arn.name()), Some("gate"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a method has an authorizer that is a user pool",
            holds: |posture| {
                let authorizer = authorizer(&rest(posture, "orders")?.authorizers, method(posture, "PUT")?.authorizer.as_ref())?;
                let pools: Vec<&str> = authorizer.user_pools.iter().map(|arn| arn.name()).collect();
                same((authorizer.kind.as_str(), pools), ("COGNITO_USER_POOLS", vec!["eu-west-1_customers"]))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stage traces and caches",
            holds: |posture| {
                let stage = rest_stage(posture)?;
                same((stage.tracing_enabled, stage.cache_enabled), (true, true))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stage is throttled",
            holds: |posture| same(settings(posture)?.throttle, Throttle { rate: Some(50.0), burst: Some(20) }),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stage logs whole requests",
            holds: |posture| same((settings(posture)?.data_trace, settings(posture)?.logging_level.as_deref()), (true, Some("INFO"))),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stage's cache is in clear and guarded",
            holds: |posture| {
                let settings = settings(posture)?;
                same((settings.caching, settings.cache_encrypted, settings.cache_control_authorized), (true, false, true))
            },
            moto: Wrong("it encrypts every cache, where AWS's default is not to"),
            ministack: Right,
        },
        Planted {
            name: "a stage logs who calls",
            holds: |posture| same(rest_stage(posture)?.access_log.as_ref().map(|arn| arn.name()), Some("access")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stage shows its certificate",
            holds: |posture| same(rest_stage(posture)?.client_certificate.as_deref(), Some("cert-1")),
            moto: Wrong("it drops it"),
            ministack: Right,
        },
        Planted {
            name: "a stage is behind a firewall",
            holds: |posture| {
                let acl = rest_stage(posture)?.web_acl.as_ref();
                same(acl.map(|arn| arn.as_str().contains(":regional/webacl/front/")), Some(true))
            },
            moto: Right,
            ministack: Wrong("it does not tie them together"),
        },
        Planted {
            name: "a secret in a stage variable is not kept",
            holds: |posture| {
                let stage = rest_stage(posture)?;
                redacted(stage.variables.get("DB_PASSWORD"))?;
                same(stage.variables.get("LOG_LEVEL"), Some(&EnvironmentValue::Plain("info".to_owned())))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret in a variable of a canary is not kept",
            holds: |posture| redacted(rest_stage(posture)?.canary_variables.get("DB_PASSWORD")),
            moto: Wrong("it has no canaries"),
            ministack: Wrong("it has no canaries"),
        },
        Planted {
            name: "a usage plan throttles each key",
            holds: |posture| {
                let plan = named(&posture.regions[REGION].usage_plans, "gold", |plan| &plan.name)?;
                same((plan.throttle, plan.has_quota), (Some(Throttle { rate: Some(5.0), burst: Some(10) }), true))?;
                let stage = plan.stages.first().ok_or("no stage")?;
                same((stage.api.as_str(), stage.stage.as_str()), (rest(posture, "orders")?.id.as_str(), "live"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a usage plan throttles a method",
            holds: |posture| {
                let plan = named(&posture.regions[REGION].usage_plans, "gold", |plan| &plan.name)?;
                let throttle = plan.stages.first().ok_or("no stage")?.methods.get("/orders/POST").copied();
                same(throttle, Some(Throttle { rate: Some(2.0), burst: Some(1) }))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an HTTP API has its CORS configuration",
            holds: |posture| {
                let api = http(posture, "shop")?;
                let cors = api.cors.as_ref().ok_or("no CORS")?;
                same((&*cors.allow_origins, &*cors.allow_methods), (&["*".to_owned()], &["GET".to_owned()]))?;
                same(
                    (cors.allow_credentials, api.protocol.as_str(), api.tags.get("team").map(String::as_str)),
                    (false, "HTTP", Some("shop")),
                )
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "an HTTP API has its execute-api endpoint off",
            holds: |posture| same(http(posture, "shop")?.execute_api_disabled, true),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a route is open and calls a function",
            holds: |posture| {
                let route = route(posture, "shop", "GET /orders")?;
                same((route.authorization_type.as_str(), route.api_key_required, route.authorizer.as_deref()), ("NONE", false, None))?;
                let integration = integration(posture, route)?;
                same(called(integration), ("AWS_PROXY", Some("orders"), None))?;
                same(integration.timeout_millis, Some(9000))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a route sends messages",
            holds: |posture| {
                let route = route(posture, "shop", "POST /orders")?;
                same(called(integration(posture, route)?), ("AWS_PROXY", None, Some("SQS-SendMessage")))
            },
            moto: Right,
            ministack: Wrong("it drops the subtype"),
        },
        Planted {
            name: "a route takes tokens",
            holds: |posture| {
                let route = route(posture, "shop", "POST /orders")?;
                let authorizer = authorizer(&http(posture, "shop")?.authorizers, route.authorizer.as_ref())?;
                let issuer = authorizer.issuers.first().ok_or("no issuer")?;
                same((issuer.issuer.as_str(), &*issuer.audiences), ("https://issuer.example.com", &["shop".to_owned()]))?;
                same((authorizer.kind.as_str(), authorizer.identity_sources.len()), ("JWT", 1))
            },
            moto: Wrong("it does not list authorizers"),
            ministack: Right,
        },
        Planted {
            name: "a stage of an HTTP API is throttled",
            holds: |posture| {
                let stage = http_stage(posture, "shop")?;
                let throttle = |settings: Option<&RouteSettings>| settings.map(|settings| settings.throttle);
                same(throttle(stage.default_settings.as_ref()), Some(Throttle { rate: Some(50.0), burst: Some(20) }))?;
                same(throttle(stage.settings.get("GET /orders")), Some(Throttle { rate: Some(5.0), burst: Some(2) }))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a stage of an HTTP API logs who calls",
            holds: |posture| same(http_stage(posture, "shop")?.access_log.as_ref().map(|arn| arn.name()), Some("access")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a secret in a stage variable of an HTTP API is not kept",
            holds: |posture| redacted(http_stage(posture, "shop")?.variables.get("DB_PASSWORD")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a WebSocket API asks at its door",
            holds: |posture| {
                let connect = route(posture, "chat", "$connect")?;
                same((connect.authorization_type.as_str(), connect.api_key_required), ("CUSTOM", true))?;
                let authorizer = authorizer(&http(posture, "chat")?.authorizers, connect.authorizer.as_ref())?;
                same(authorizer.function.as_ref().map(|arn| arn.name()), Some("door"))
            },
            moto: Wrong("it does not list authorizers"),
            ministack: Right,
        },
        Planted {
            name: "a WebSocket API looks at its messages",
            holds: |posture| {
                let send = route(posture, "chat", "send")?;
                same(send.models.get("model").map(String::as_str), Some("Message"))?;
                same(send.parameters.get("route.request.querystring.room"), Some(&true))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a WebSocket API logs whole messages",
            holds: |posture| {
                let settings = http_stage(posture, "chat")?.default_settings.as_ref().ok_or("no settings")?;
                same((settings.data_trace, settings.logging_level.as_deref()), (true, Some("INFO")))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a domain name at the edge takes TLS 1.0 and leads to a REST API",
            holds: |posture| {
                let domain = domain(posture, "edge.example.com")?;
                same((domain.security_policy.as_deref(), domain.mutual_tls), (Some("TLS_1_0"), false))?;
                let mapping = known(&domain.mappings)?.first().ok_or("no mapping")?;
                let wanted = (rest(posture, "orders")?.id.as_str(), Some("live"), "v1");
                same((mapping.api.as_str(), mapping.stage.as_deref(), mapping.path.as_str()), wanted)
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a regional domain name wants certificates",
            holds: |posture| {
                let domain = domain(posture, "api.example.com")?;
                same((domain.security_policy.as_deref(), domain.mutual_tls), (Some("TLS_1_2"), true))?;
                same(&*domain.endpoint_types, &["REGIONAL".to_owned()])
            },
            moto: Wrong("it drops it"),
            ministack: Right,
        },
        Planted {
            name: "a regional domain name leads to an HTTP API",
            holds: |posture| {
                let mapping = known(&domain(posture, "api.example.com")?.mappings)?.first().ok_or("no mapping")?;
                let wanted = (http(posture, "shop")?.id.as_str(), Some("live"), "shop");
                same((mapping.api.as_str(), mapping.stage.as_deref(), mapping.path.as_str()), wanted)
            },
            moto: Right,
            ministack: Right,
        },
    ],
    moto: &["failed apigateway:GET"],
    ministack: &[],
};

fn named<'a, T>(listing: &'a Listing<T>, wanted: &str, name: impl Fn(&T) -> &String) -> Result<&'a T, String> {
    listing.items.iter().find(|item| name(item) == wanted).ok_or_else(|| format!("no {wanted}; {:?}", listing.gap))
}

fn known<T>(fact: &Fact<T>) -> Result<&T, String> {
    fact.known().map_err(ToString::to_string)
}

fn rest<'a>(posture: &'a Posture, name: &str) -> Result<&'a RestApi, String> {
    named(&posture.regions[REGION].rest_apis, name, |api| &api.name)
}

fn http<'a>(posture: &'a Posture, name: &str) -> Result<&'a HttpApi, String> {
    named(&posture.regions[REGION].http_apis, name, |api| &api.name)
}

fn domain<'a>(posture: &'a Posture, name: &str) -> Result<&'a ApiDomain, String> {
    named(&posture.regions[REGION].api_domains, name, |domain| &domain.name)
}

fn method<'a>(posture: &'a Posture, name: &str) -> Result<&'a RestMethod, String> {
    let methods = known(&rest(posture, "orders")?.methods)?;
    methods.iter().find(|method| method.path == "/orders" && method.method == name).ok_or_else(|| format!("no {name} in {methods:?}"))
}

fn rest_stage(posture: &Posture) -> Result<&RestStage, String> {
    known(&rest(posture, "orders")?.stages)?.iter().find(|stage| stage.name == "live").ok_or_else(|| "no stage".to_owned())
}

fn settings(posture: &Posture) -> Result<&MethodSettings, String> {
    let stage = rest_stage(posture)?;
    stage.settings.get("*/*").ok_or_else(|| format!("{:?}", stage.settings))
}

fn http_stage<'a>(posture: &'a Posture, api: &str) -> Result<&'a HttpStage, String> {
    known(&http(posture, api)?.stages)?.iter().find(|stage| stage.name == "live").ok_or_else(|| "no stage".to_owned())
}

fn route<'a>(posture: &'a Posture, api: &str, key: &str) -> Result<&'a Route, String> {
    let routes = known(&http(posture, api)?.routes)?;
    routes.iter().find(|route| route.key == key).ok_or_else(|| format!("no {key} in {routes:?}"))
}

fn integration<'a>(posture: &'a Posture, route: &Route) -> Result<&'a Integration, String> {
    let integrations = known(&http(posture, "shop")?.integrations)?;
    route
        .integration
        .as_ref()
        .and_then(|id| integrations.get(id))
        .ok_or_else(|| format!("{:?} is not in {integrations:?}", route.integration))
}

fn authorizer<'a>(authorizers: &'a Fact<Vec<Authorizer>>, id: Option<&String>) -> Result<&'a Authorizer, String> {
    let authorizers = known(authorizers)?;
    authorizers.iter().find(|authorizer| Some(&authorizer.id) == id).ok_or_else(|| format!("{id:?} is not in {authorizers:?}"))
}

fn called(integration: &Integration) -> (&str, Option<&str>, Option<&str>) {
    (&integration.kind, integration.function.as_ref().map(|arn| arn.name()), integration.calls.as_deref())
}

fn redacted(value: Option<&EnvironmentValue>) -> Result<(), String> {
    match value {
        Some(EnvironmentValue::Redacted { secret: Some(_), .. }) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// IAM allows API Gateway's one action by path, so each list can be denied by itself.
#[tokio::test]
async fn a_path_that_is_denied_leaves_its_own_fact_unknown() {
    for (path, fact) in [
        ("/restapis/orders1/resources", "methods"),
        ("/restapis/orders1/requestvalidators", "validators"),
        ("/restapis/orders1/authorizers", "authorizers"),
        ("/restapis/orders1/stages", "stages"),
        ("/v2/apis/shop1/routes", "routes"),
        ("/v2/apis/shop1/integrations", "integrations"),
        ("/v2/apis/shop1/authorizers", "authorizers of shop"),
        ("/v2/apis/shop1/stages", "stages of shop"),
        ("/domainnames/edge.example.com/basepathmappings", "mappings"),
        ("/v2/domainnames/api.example.com/apimappings", "mappings of api.example.com"),
    ] {
        let stub = Stub::start(move |ask| ask.text.contains(path).then(|| Reply::error(403, "AccessDeniedException")));
        let session = live::connect(&stub.endpoint.options(REGION)).await.unwrap();
        let posture = live::gather(&session, &CancellationToken::new(), |_| ()).await;
        let (orders, shop) = (rest(&posture, "orders").unwrap(), http(&posture, "shop").unwrap());
        let facts = [
            ("methods", orders.methods.gap()),
            ("validators", orders.validators.gap()),
            ("authorizers", orders.authorizers.gap()),
            ("stages", orders.stages.gap()),
            ("routes", shop.routes.gap()),
            ("integrations", shop.integrations.gap()),
            ("authorizers of shop", shop.authorizers.gap()),
            ("stages of shop", shop.stages.gap()),
            ("mappings", domain(&posture, "edge.example.com").unwrap().mappings.gap()),
            ("mappings of api.example.com", domain(&posture, "api.example.com").unwrap().mappings.gap()),
        ];
        let unknown: Vec<&str> = facts.iter().filter(|(_, gap)| gap.is_some()).map(|(name, _)| *name).collect();
        assert_eq!(unknown, [fact], "{path}");
        assert!(facts.iter().filter_map(|(_, gap)| *gap).all(|gap| gap.kind == GapKind::Denied && gap.action == "apigateway:GET"));
        let run = posture.source(Source::ApiGateway, REGION).unwrap();
        assert_eq!((run.state, run.gaps.len()), (SourceState::Partial, 1), "{path}");
    }
}
