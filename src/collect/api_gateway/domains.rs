//! Custom domain names: which TLS they take, and where they lead.

use serde::Deserialize;
use serde_json::json;

use super::{ACTION, HTTP, Items, PAGE, QUOTA, REST, arn, http, policy, rest::Endpoint};
use crate::{
    collect::{
        Depth, Operation,
        pages::{Page, whole},
        reader::Reader,
        wire::Wire,
    },
    model::{ApiDomain, ApiMapping, Arn, Fact, Learnt, Listing},
};

/// It lists those of HTTP and WebSocket APIs as well, while `GetDomainNames` of these leaves out those at the edge.
pub(super) static GET_DOMAIN_NAMES: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetDomainNames")
    .of(&REST)
    .get("/domainnames")
    .calls(|at| at.pages(at.region.api_domains.items.len(), PAGE));
/// Where a domain leads that is at the edge or private: to REST APIs alone.
pub(super) static GET_BASE_PATH_MAPPINGS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetBasePathMappings")
    .of(&REST)
    .get("/domainnames/{domain_name}/basepathmappings")
    .detail(Depth::Full, |at| at.region.api_domains.items.iter().filter(|domain| !leads_to_any(domain)).count() as u64);
/// Where a regional domain leads: to APIs of every kind.
pub(super) static GET_API_MAPPINGS: Operation = Operation::new(ACTION, &QUOTA)
    .named("GetApiMappings")
    .of(&HTTP)
    .get("/v2/domainnames/{domainName}/apimappings")
    .detail(Depth::Full, |at| at.region.api_domains.items.iter().filter(|domain| leads_to_any(domain)).count() as u64);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    domain_name: String,
    domain_name_id: Option<String>,
    domain_name_arn: Option<Arn>,
    endpoint_configuration: Endpoint,
    security_policy: Option<String>,
    mutual_tls_authentication: Option<MutualTls>,
    routing_mode: Option<String>,
    policy: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MutualTls {
    truststore_uri: Option<String>,
}

/// AWS leaves the list out when there are none: aws/aws-sdk-js#1416.
#[derive(Debug, Deserialize)]
struct BasePathMappings {
    #[serde(default)]
    item: Vec<BasePathMapping>,
    position: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BasePathMapping {
    /// `(none)` for all paths.
    base_path: Option<String>,
    rest_api_id: String,
    stage: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpMapping {
    api_id: String,
    /// Left out or empty for all paths.
    api_mapping_key: Option<String>,
    stage: String,
}

fn leads_to_any(domain: &ApiDomain) -> bool {
    domain.endpoint_types.iter().any(|kind| kind == "REGIONAL")
}

pub(super) async fn list(reader: &Reader, wire: &Wire<'_>) -> Listing<ApiDomain> {
    let page = |position: Option<String>| async move {
        let params = json!({ "limit": PAGE, "position": position });
        wire.ask::<Items<Domain>>(&GET_DOMAIN_NAMES, params).await.map(Page::from)
    };
    let Listing { items, gap } = reader.pages(&GET_DOMAIN_NAMES, page).await;
    Listing { items: items.into_iter().map(|said| domain(reader, said)).collect(), gap }
}

fn domain(reader: &Reader, said: Domain) -> ApiDomain {
    ApiDomain {
        arn: said.domain_name_arn.unwrap_or_else(|| arn(reader, &format!("/domainnames/{}", said.domain_name))),
        name: said.domain_name,
        id: said.domain_name_id,
        endpoint_types: said.endpoint_configuration.types,
        security_policy: said.security_policy,
        mutual_tls: said.mutual_tls_authentication.is_some_and(|tls| tls.truststore_uri.is_some_and(|uri| !uri.is_empty())),
        routing_mode: said.routing_mode,
        policy: policy(said.policy),
        mappings: Fact::unread(ACTION),
    }
}

pub(super) async fn detail(reader: &Reader, rest: &Wire<'_>, http: &Wire<'_>, mut domain: ApiDomain) -> Learnt {
    domain.mappings = if leads_to_any(&domain) {
        let of = ("domainName", Some(domain.name.as_str()));
        whole(http::pages(reader, http, &GET_API_MAPPINGS, of).await).map(|said| said.into_iter().map(api_mapping).collect())
    } else {
        base_path_mappings(reader, rest, &domain).await
    };
    Learnt::ApiDomain(Box::new(domain))
}

async fn base_path_mappings(reader: &Reader, wire: &Wire<'_>, domain: &ApiDomain) -> Fact<Vec<ApiMapping>> {
    let page = |position: Option<String>| async move {
        let params = json!({ "domain_name": domain.name, "domainNameId": domain.id, "limit": PAGE, "position": position });
        let answer: BasePathMappings = wire.ask(&GET_BASE_PATH_MAPPINGS, params).await?;
        Ok(Page::new(Some(answer.item), answer.position))
    };
    whole(reader.pages(&GET_BASE_PATH_MAPPINGS, page).await).map(|said| said.into_iter().map(base_path_mapping).collect())
}

fn base_path_mapping(said: BasePathMapping) -> ApiMapping {
    ApiMapping {
        api: said.rest_api_id,
        stage: said.stage.filter(|stage| !stage.is_empty()),
        path: said.base_path.filter(|path| path != "(none)").unwrap_or_else(String::new),
    }
}

fn api_mapping(said: HttpMapping) -> ApiMapping {
    ApiMapping { api: said.api_id, stage: Some(said.stage), path: said.api_mapping_key.unwrap_or_else(String::new) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mapping_is_an_answer_and_a_hollow_one_is_not() {
        assert_eq!(serde_json::from_str::<BasePathMappings>("{}").unwrap().item.len(), 0);
        assert!(serde_json::from_str::<BasePathMappings>(r#"{"item":null}"#).is_err());
    }

    #[test]
    fn no_path_is_every_path() {
        let mapping = |path: &str| {
            let text = format!(r#"{{"basePath":"{path}","restApiId":"a","stage":"live"}}"#);
            base_path_mapping(serde_json::from_str(&text).unwrap()).path
        };
        assert_eq!((mapping("(none)").as_str(), mapping("v1").as_str()), ("", "v1"));
    }
}
