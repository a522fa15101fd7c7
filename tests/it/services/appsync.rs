//! GraphQL APIs.

use palisade::model::{GraphqlApi, Posture, Source};

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};
use crate::planted::REGION;

pub(super) static SERVICE: Service = Service {
    source: Source::AppSync,
    plant: include_str!("appsync.py"),
    facts: &[
        Planted {
            name: "a GraphQL API takes a key or asks a function",
            holds: |posture| {
                let api = api(posture)?;
                same((api.authentication.as_str(), &*api.additional_authentication), ("API_KEY", &["AWS_LAMBDA".to_owned()]))?;
                same(api.authorizers.first().map(|arn| arn.name()), Some("gate"))
            },
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a GraphQL API logs everything",
            holds: |posture| same((api(posture)?.log_level.as_deref(), api(posture)?.verbose_excluded), (Some("ALL"), Some(false))),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a GraphQL API is traced",
            holds: |posture| same(api(posture)?.tracing_enabled, true),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a GraphQL API is private",
            holds: |posture| same(api(posture)?.visibility.as_deref(), Some("PRIVATE")),
            moto: Right,
            ministack: Right,
        },
        Planted {
            name: "a GraphQL API is behind a firewall",
            holds: |posture| {
                let acl = api(posture)?.web_acl.as_ref();
                same(acl.map(|arn| arn.as_str().contains(":regional/webacl/graph/")), Some(true))
            },
            moto: Wrong("it does not tie them together"),
            ministack: Wrong("it does not tie them together"),
        },
        Planted {
            name: "a GraphQL API calls a function",
            holds: |posture| {
                let sources = api(posture)?.data_sources.known().map_err(ToString::to_string)?;
                let source = sources.first().ok_or("no data source")?;
                same((source.name.as_str(), source.kind.as_str()), ("orders", "AWS_LAMBDA"))?;
                let names = [&source.function, &source.role].map(|arn| arn.as_ref().map(|arn| arn.name()));
                same(names, [Some("orders"), Some("graph")])
            },
            moto: Wrong("it has no data sources"),
            ministack: Right,
        },
    ],
    moto: &["unsupported appsync:ListDataSources"],
    ministack: &[],
};

fn api(posture: &Posture) -> Result<&GraphqlApi, String> {
    let apis = &posture.regions[REGION].graphql_apis;
    apis.items.iter().find(|api| api.name == "shop").ok_or_else(|| format!("no API; {:?}", apis.gap))
}
